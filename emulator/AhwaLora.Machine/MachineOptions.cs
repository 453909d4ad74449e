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

    /// <summary>Executes one instruction after the other.</summary>
    Interpreter,

    /// <summary>Translates code regions to .NET methods.</summary>
    Translator,
}

/// <summary>The options of a machine: how to run a platform.</summary>
public sealed record MachineOptions
{
    /// <summary>The engine that executes the harts.</summary>
    public EngineKind Engine { get; init; } = EngineKind.Auto;

    /// <summary>
    /// How often control must reach an address before the translator compiles the code there. The default is an estimate of when compiling
    /// repays itself (docs/performance.md). It changes host time only.
    /// </summary>
    public int HotThreshold { get; init; } = 16_384;

    /// <summary>How often control must reach an address before the translator decodes the block there, if that comes before <see cref="HotThreshold"/>. It changes host time only.</summary>
    [JsonIgnore]
    public int DecodeThreshold { get; init; } = 64;

    /// <summary>How to order accesses to banked memory.</summary>
    public Contention Contention { get; init; } = Contention.None;

    /// <summary>The latencies of instructions.</summary>
    public TimingProfile Timing { get; init; } = TimingProfile.Functional;

    /// <summary>True to emulate misaligned accesses to memory, false to trap; null to use the timing profile's setting.</summary>
    public bool? EmulateMisaligned { get; init; }

    /// <summary>Seed of everything random in the machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What the UART receives, byte by byte as the guest takes it.</summary>
    public ReadOnlyMemory<byte> UartInput { get; init; }

    /// <summary>The devices that a platform may ask for.</summary>
    [JsonIgnore]
    public DeviceCatalog Devices { get; init; } = DeviceCatalog.Standard;

    /// <summary>The offsets of code and data, for the models whose cycles depend on an address. It changes cycles only.</summary>
    public Placement Placement { get; init; }

    /// <summary>For tests: called each time a translator asks for code; it may discard any code.</summary>
    internal Action<RegionTable>? CodeAsked { get; init; }

    /// <summary>For tests: refuses ports of a core with streams in some cycles.</summary>
    internal IPortRefusal? PortRefusal { get; init; }
}

/// <summary>
/// Offsets in bytes, multiples of 4, by which instruction memory, its cache, banks and address queues see all code and all
/// data above their addresses. The effect is that of a program linked elsewhere, without linking it again.
/// </summary>
public readonly record struct Placement(uint Code, uint Data);
