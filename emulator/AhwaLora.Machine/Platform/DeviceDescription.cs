using System.Text.Json.Serialization;

namespace AhwaLora.Machine.Platform;

/// <summary>What a platform file says about a device, or about a row of equal ones.</summary>
public interface IDeviceDescription
{
    /// <summary>First address.</summary>
    uint Base { get; }

    /// <summary>How many there are in a row; each begins at the end of the one before it.</summary>
    int Count => 1;

    /// <summary>Checks what a schema cannot say.</summary>
    /// <param name="field">Where in the file the description stands.</param>
    /// <param name="faults">Receives each value that does not fit, with the field and the fix.</param>
    void Check(string field, PlatformFaults faults)
    {
    }
}

/// <summary>A device that needs only an address.</summary>
public sealed record DeviceDescription : IDeviceDescription
{
    /// <summary>First address.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public required uint Base { get; init; }
}

/// <summary>A device that needs only an address, of a type that the <see cref="DeviceCatalog"/> lists.</summary>
public sealed record TypedDeviceDescription : IDeviceDescription
{
    /// <summary>Its kind's name.</summary>
    public required string Type { get; init; }

    /// <summary>First address.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public required uint Base { get; init; }

    /// <summary>Name in reports; null takes that of the type.</summary>
    public string? Name { get; init; }

    /// <summary>Source of the PLIC that it interrupts by; 0 for none.</summary>
    public int Source { get; init; }

    /// <inheritdoc/>
    public void Check(string field, PlatformFaults faults) =>
        faults.Require(Source is >= 0 and <= Soc.PlicRegisters.MaxSources, $"field '{field}.source': {Source} is outside 0 to {Soc.PlicRegisters.MaxSources}");
}

/// <summary>The CLINT.</summary>
public sealed record ClintDescription : IDeviceDescription
{
    /// <summary>First address.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public uint Base { get; init; } = 0x0200_0000;

    /// <summary>Cycles from one tick of mtime to the next.</summary>
    public uint CyclesPerTick { get; init; } = 1;

    /// <inheritdoc/>
    public void Check(string field, PlatformFaults faults) =>
        faults.Require(CyclesPerTick > 0, $"field '{field}.cycles_per_tick': {CyclesPerTick} is not a number of cycles; expected at least 1");
}

/// <summary>The DMA engine.</summary>
public sealed record DmaDescription : IDeviceDescription
{
    /// <summary>First address.</summary>
    [JsonConverter(typeof(AddressJsonConverter))]
    public uint Base { get; init; } = 0x1021_0000;

    /// <summary>Bytes moved per cycle.</summary>
    public int BytesPerCycle { get; init; } = 8;

    /// <summary>Cycles from launch to the first byte.</summary>
    public int StartCycles { get; init; } = 16;

    /// <summary>Transfers that may be in flight.</summary>
    public int QueueDepth { get; init; } = 8;

    /// <inheritdoc/>
    public void Check(string field, PlatformFaults faults)
    {
        faults.Require(BytesPerCycle is >= 4 and <= 64 && BytesPerCycle % 4 == 0, $"field '{field}.bytes_per_cycle': {BytesPerCycle} is not a multiple of 4 from 4 to 64");
        faults.Require(StartCycles is >= 0 and <= 100_000, $"field '{field}.start_cycles': {StartCycles} is outside 0 to 100000");
        faults.Require(QueueDepth is >= 1 and <= 64, $"field '{field}.queue_depth': {QueueDepth} is outside 1 to 64");
    }
}
