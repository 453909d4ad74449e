using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Observe;

/// <summary>Several probes as one. All of them see every call; a hart stops if any of them asks for it.</summary>
public sealed class ProbeList : IProbe
{
    private readonly IProbe[] _probes;

    private ProbeList(IProbe[] probes) => _probes = probes;

    /// <summary>One probe for those that are not null: null if there are none, the only one itself, or a list.</summary>
    public static IProbe? Of(params IEnumerable<IProbe?> probes)
    {
        IProbe[] present = [.. probes.OfType<IProbe>()];
        return present.Length switch
        {
            0 => null,
            1 => present[0],
            _ => new ProbeList(present),
        };
    }

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction)
    {
        var goesOn = true;
        foreach (var probe in _probes) goesOn &= probe.Before(hart, instruction);
        return goesOn;
    }

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
        foreach (var probe in _probes) probe.Loaded(hart, address, bytes, value);
    }

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
        foreach (var probe in _probes) probe.Stored(hart, address, bytes, value);
    }

    /// <inheritdoc/>
    public void Raised(Hart hart, uint fflags)
    {
        foreach (var probe in _probes) probe.Raised(hart, fflags);
    }

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
        foreach (var probe in _probes) probe.Retired(hart, pc, instruction);
    }

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc)
    {
        foreach (var probe in _probes) probe.Trapped(hart, pc);
    }

    /// <inheritdoc/>
    public void DeviceAccess(Hart hart, MappedDevice mapping, in BusAccess access, bool isLoad, uint value)
    {
        foreach (var probe in _probes) probe.DeviceAccess(hart, mapping, access, isLoad, value);
    }
}
