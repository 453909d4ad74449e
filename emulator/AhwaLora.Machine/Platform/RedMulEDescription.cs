using System.Text.Json.Serialization;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters.Engines.RedMulE;

namespace AhwaLora.Machine.Platform;

/// <summary>The matrix engine RedMulE.</summary>
public sealed record RedMulEDescription : IDeviceDescription
{
    private const string Hardware = "v2.0.4", None = "none";
    private const string First = "first", FirstBounded = "first-bounded", Rotate = "rotate";

    /// <summary>First address.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public uint Base { get; init; } = 0x1022_0000;

    /// <summary>Multiply-add units in series in each row.</summary>
    public int H { get; init; } = RedMulEArray.Default.Height;

    /// <summary>Rows.</summary>
    public int L { get; init; } = RedMulEArray.Default.Length;

    /// <summary>Pipeline registers of a unit.</summary>
    public int P { get; init; } = RedMulEArray.Default.Pipeline;

    /// <summary>v2.0.4: as the hardware, with its hangs and the rows that it overwrites; none: every shape right.</summary>
    public string Quirks { get; init; } = Hardware;

    /// <summary>When its port goes before the other masters of the banks, in exact contention: first, first-bounded or rotate.</summary>
    public string WidePort { get; init; } = First;

    /// <summary>With first-bounded: cycles in a row in which others may wait for the port.</summary>
    public int WidePortBound { get; init; } = 8;

    /// <summary>Its size.</summary>
    [JsonIgnore]
    public RedMulEArray Array => new(H, L, P);

    /// <summary>True if it behaves as the hardware.</summary>
    [JsonIgnore]
    public bool IsHardware => Quirks == Hardware;

    /// <summary>True if its port may be denied, in exact contention.</summary>
    [JsonIgnore]
    public bool IsDeniable => WidePort != First;

    /// <inheritdoc/>
    public void Check(string field, PlatformFaults faults)
    {
        faults.Require(Array.Fault is null, $"field '{field}': array {Array}: {Array.Fault}");
        faults.Require(Quirks is Hardware or None, $"field '{field}.quirks': '{Quirks}' is unknown; expected {Hardware} or {None}");
        faults.Require(WidePort is First or FirstBounded or Rotate, $"field '{field}.wide_port': '{WidePort}' is unknown; expected {First}, {FirstBounded} or {Rotate}");
        faults.Require(WidePortBound is >= 1 and <= 1000, $"field '{field}.wide_port_bound': {WidePortBound} is outside 1 to 1000");
    }

    /// <summary>The options of the device at a site.</summary>
    public RedMulEOptions Build(DeviceSite site) => new()
    {
        Name = site.Name,
        Title = site.Cluster == 0 ? "the RedMulE" : $"the RedMulE of cluster {site.Cluster}",
        Array = Array,
        IsHardware = IsHardware,
        Priority = WidePort switch
        {
            First => WidePriority.First,
            FirstBounded => WidePriority.FirstBounded(WidePortBound),
            _ => WidePriority.Rotate,
        },
        IsExact = site.IsExact,
        Initiator = site.Initiator,
    };
}
