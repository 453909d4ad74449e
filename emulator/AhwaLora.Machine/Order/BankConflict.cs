using System.Text.Json.Serialization;

namespace AhwaLora.Machine.Order;

/// <summary>Cycles in which harts, DMA and streamers waited for a bank while another master had it.</summary>
/// <param name="Bank">Number of the bank.</param>
/// <param name="Winner">The master that had it: <c>hart N</c>, <c>dma</c>, <c>tileN</c>.</param>
/// <param name="Cycles">Cycles, summed over the masters that waited.</param>
/// <param name="Cluster">The cluster of the TCDM; null on a machine with one cluster.</param>
public readonly record struct BankConflict(
    int Bank,
    string Winner,
    ulong Cycles,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Cluster = null);
