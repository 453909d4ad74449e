using System.Text.Json.Serialization;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Core.Translator;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Machine;

/// <summary>Which engine executes the harts.</summary>
public enum EngineKind
{
    /// <summary>The fastest one the host supports.</summary>
    Auto,

    /// <summary>One instruction after the other.</summary>
    Interpreter,

    /// <summary>Regions of code translated to .NET methods.</summary>
    Translator,
}

/// <summary>How accesses to banked memory are ordered.</summary>
public enum Contention
{
    /// <summary>No bank conflicts; harts run ahead to their next interaction.</summary>
    None,

    /// <summary>Every access waits for its bank's grant, cycle by cycle.</summary>
    Exact,
}

/// <summary>How a platform is run.</summary>
public sealed record MachineOptions
{
    /// <summary>Engine.</summary>
    public EngineKind Engine { get; init; } = EngineKind.Auto;

    /// <summary>Times that control comes to an address before the translator translates from there. Changes speed only.</summary>
    public int HotThreshold { get; init; } = 1024;

    /// <summary>Bank conflicts.</summary>
    public Contention Contention { get; init; } = Contention.None;

    /// <summary>What an instruction costs.</summary>
    public TimingProfile Timing { get; init; } = TimingProfile.Functional;

    /// <summary>True to emulate misaligned accesses of memory, false to trap; null takes the timing profile's word.</summary>
    public bool? EmulateMisaligned { get; init; }

    /// <summary>Seed of everything random in the machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What the UART receives, byte by byte as the guest takes it.</summary>
    public ReadOnlyMemory<byte> UartInput { get; init; }

    /// <summary>The devices that a platform may ask for.</summary>
    [JsonIgnore]
    public DeviceCatalog Devices { get; init; } = DeviceCatalog.Standard;

    /// <summary>Where code and data lie for whatever asks for the place of an address. Changes cycles only.</summary>
    public Placement Placement { get; init; }

    /// <summary>Called each time a translator asks for code, and may discard any of it: for tests.</summary>
    internal Action<RegionTable>? CodeAsked { get; init; }
}

/// <summary>
/// Bytes, multiples of 4, by which all code and all data lie higher than their addresses say, as instruction memory, its
/// cache, banks and address queues see them: a program linked elsewhere, without being linked again.
/// </summary>
public readonly record struct Placement(uint Code, uint Data);
