using System.Text.Json.Serialization;

namespace AhwaLora.Machine.Platform;

/// <summary>
/// A platform file: what the machine is made of. Defaults are those of the reference platform. A file gives its
/// <see cref="Clusters"/>, or it is flat: the members that a cluster has then describe the only one.
/// </summary>
public sealed record PlatformDescription
{
    /// <summary>Name shown in reports.</summary>
    public string Name { get; init; } = "ahwalora";

    /// <summary>Harts of the first cluster, 1 to 64. One by default: in a program that was not written for several, they would share one stack.</summary>
    [OfFirstCluster]
    public int Harts
    {
        get => First.Harts;
        init => First = First with { Harts = value };
    }

    /// <summary>The ISA of a platform that names none, unless the timing profile has its own (<see cref="Core.Pipelines.TimingProfile.Isa"/>).</summary>
    public const string DefaultIsa = "rv32imf_zicsr_zifencei";

    /// <summary>Extensions, as an ISA string: rv32imf_zicsr_zifencei, optionally with a, d, c, zfh and Snitch's xfvec, xfdotp, xssr, xfrep.</summary>
    public string Isa { get; init; } = DefaultIsa;

    /// <summary>Floating-point division and square root; false makes them illegal, as in Snitch's default core.</summary>
    public bool Fdiv { get; init; } = true;

    /// <summary>True for user mode in addition to machine mode.</summary>
    public bool UserMode { get; init; }

    /// <summary>Physical memory protection with 16 entries.</summary>
    public bool Pmp { get; init; }

    /// <summary>Clock in MHz; at 1000 a cycle is a nanosecond.</summary>
    public double ClockMhz { get; init; } = 1000;

    /// <summary>The timing profile of its harts, by name, unless a command chooses another; null for the command's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Timing { get; init; }

    /// <summary>How accesses to its banks are ordered, unless a command chooses another way; null for the command's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Contention? Contention { get; init; }

    /// <summary>Memories. On a machine with one cluster, the banked one among them is its TCDM.</summary>
    public IReadOnlyList<MemoryDescription> Memories { get; init; } =
    [
        new() { Name = "ram", Base = 0x8000_0000, Size = 64 << 20 },
        new() { Name = "tcdm", Base = 0x1000_0000, Size = 128 << 10, Banks = 32 },
    ];

    /// <summary>Instruction memory; null for an ideal one.</summary>
    public InstructionMemoryDescription? InstructionMemory { get; init; }

    /// <summary>Core-local interruptor; null for none.</summary>
    public ClintDescription? Clint { get; init; } = new();

    /// <summary>Platform-level interrupt controller; null for none.</summary>
    public DeviceDescription? Plic { get; init; } = new() { Base = 0x0c00_0000 };

    /// <summary>UART 16550; null for none.</summary>
    public DeviceDescription? Uart { get; init; } = new() { Base = 0x4000_0000 };

    /// <summary>Barrier, wake-up, mutexes of the first cluster; null for none.</summary>
    [OfFirstCluster]
    public DeviceDescription? Cluster
    {
        get => First.Block;
        init => First = First with { Block = value };
    }

    /// <summary>DMA of the first cluster; null for none.</summary>
    [OfFirstCluster]
    public DmaDescription? Dma
    {
        get => First.Dma;
        init => First = First with { Dma = value };
    }

    /// <summary>Matrix engine RedMulE of the first cluster; null for none.</summary>
    [OfFirstCluster]
    [JsonPropertyName("redmule")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RedMulEDescription? RedMulE
    {
        get => First.RedMulE;
        init => First = First with { RedMulE = value };
    }

    /// <summary>A word that is a barrier by itself, of the first cluster; null for none.</summary>
    [OfFirstCluster]
    public DeviceDescription? BarrierWord
    {
        get => First.BarrierWord;
        init => First = First with { BarrierWord = value };
    }

    /// <summary>Analog tiles of the first cluster; null for none.</summary>
    [OfFirstCluster]
    public AimcDescription? Aimc
    {
        get => First.Aimc;
        init => First = First with { Aimc = value };
    }

    /// <summary>Further devices of the first cluster that need only an address; null for none.</summary>
    [OfFirstCluster]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<TypedDeviceDescription>? Devices
    {
        get => First.Devices;
        init => First = First with { Devices = value };
    }

    /// <summary>The clusters; their harts are numbered consecutively.</summary>
    public IReadOnlyList<ClusterDescription> Clusters { get; init; } = [new()];

    /// <summary>True if a file can describe it without <see cref="Clusters"/>.</summary>
    [JsonIgnore]
    public bool IsFlat => Clusters is [{ Tcdm: null }];

    /// <summary>Harts of all clusters.</summary>
    [JsonIgnore]
    public int TotalHarts => Clusters.Sum(cluster => cluster.Harts);

    /// <summary>The machine's memories and those of its clusters.</summary>
    [JsonIgnore]
    public IEnumerable<MemoryDescription> AllMemories => [.. Memories, .. Clusters.Select(cluster => cluster.Tcdm).OfType<MemoryDescription>()];

    /// <summary>A cluster's TCDM; null if it has none.</summary>
    public MemoryDescription? TcdmOf(int cluster) =>
        Clusters[cluster].Tcdm ?? (Clusters.Count == 1 ? Memories.FirstOrDefault(memory => memory.Banks != 0) : null);

    /// <summary>This platform with another memory in place of each that begins at <paramref name="start"/>: of the machine's, or a cluster's TCDM.</summary>
    public PlatformDescription WithMemory(uint start, Func<MemoryDescription, MemoryDescription> change)
    {
        MemoryDescription Change(MemoryDescription memory) => memory.Base == start ? change(memory) : memory;
        return this with
        {
            Memories = [.. Memories.Select(Change)],
            Clusters = [.. Clusters.Select(cluster => cluster.Tcdm is { } tcdm ? cluster with { Tcdm = Change(tcdm) } : cluster)],
        };
    }

    /// <summary>How a file names a cluster's field.</summary>
    public string FieldOf(int cluster, string field) => !IsFlat ? $"clusters[{cluster}].{field}" : field == "block" ? "cluster" : field;

    [JsonIgnore]
    private ClusterDescription First
    {
        get => Clusters is [var first, ..] ? first : new ClusterDescription();
        init => Clusters = [value, .. Clusters.Skip(1)];
    }
}

/// <summary>A member that a platform file has only while it is flat.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OfFirstClusterAttribute : Attribute;
