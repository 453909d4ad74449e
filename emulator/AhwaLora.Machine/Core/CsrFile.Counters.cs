using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core;

/// <content>
/// Counters (privileged specification, section "Hardware Performance Monitor"): each is a source that never stops,
/// minus an offset, so that engines only keep time and count retired instructions.
/// </content>
public static partial class CsrFile
{
    private const int McycleIndex = 0, TimeIndex = 1, MinstretIndex = 2;

    /// <summary>The 64-bit value of counter <paramref name="index"/> (0 mcycle, 2 minstret, 3-31 mhpmcounter).</summary>
    public static ulong Counter(Hart hart, int index) => IsInhibited(hart, index) ? hart.CounterOffsets[index] : Source(hart, index) - hart.CounterOffsets[index];

    private static bool IsInhibited(Hart hart, int index) => (hart.Mcountinhibit >> index & 1) != 0;

    private static ulong Source(Hart hart, int index) => index switch
    {
        McycleIndex => hart.Time,
        MinstretIndex => hart.Retired,
        _ => hart.Features.Events?.Count(hart, hart.Mhpmevent[index]) ?? 0,
    };

    private static bool TryReadCounter(Hart hart, uint csr, ref uint value)
    {
        var index = (int)(csr & 0x1f);
        switch (csr & ~0x1fu)
        {
            case CsrMap.Mhpmevent0 when index >= 3:
                value = hart.Mhpmevent[index];
                return true;
            case CsrMap.Mhpmcounter0 when index != TimeIndex:
                value = (uint)Counter(hart, index);
                return true;
            case CsrMap.Mhpmcounter0h when index != TimeIndex:
                value = (uint)(Counter(hart, index) >> 32);
                return true;
            case CsrMap.Hpmcounter0 when IsVisible(hart, index):
                value = (uint)UserCounter(hart, index);
                return true;
            case CsrMap.Hpmcounter0h when IsVisible(hart, index):
                value = (uint)(UserCounter(hart, index) >> 32);
                return true;
            default:
                return false;
        }
    }

    private static bool IsVisible(Hart hart, int index) =>
        (hart.Privilege == Privilege.Machine || (hart.Mcounteren >> index & 1) != 0)
        && (index != TimeIndex || hart.Features.TimeSource is not null);

    private static ulong UserCounter(Hart hart, int index) =>
        index == TimeIndex ? hart.Features.TimeSource!.TimeAt(hart.Time) : Counter(hart, index);

    /// <summary>
    /// What a write of <paramref name="value"/> to a counter, an mhpmevent or mcountinhibit will change; null for any other CSR, and if the hart
    /// may not write it. It changes the whole counter: what the instruction itself would count, a write of either half replaces too.
    /// </summary>
    internal static CounterWrite? CounterWriteOf(Hart hart, uint csr, uint value)
    {
        if (hart.Privilege < CsrMap.Privilege(csr)) return null;
        var index = (int)(csr & 0x1f);
        return (csr & ~0x1fu) switch
        {
            CsrMap.Mcountinhibit when index == 0 => new CounterWrite(csr, value & InhibitableCounters),
            CsrMap.Mhpmevent0 when index >= 3 => new CounterWrite(csr, value),
            CsrMap.Mhpmcounter0 when index != TimeIndex => new CounterWrite(csr, (Counter(hart, index) & 0xffff_ffff_0000_0000) | value),
            CsrMap.Mhpmcounter0h when index != TimeIndex => new CounterWrite(csr, (Counter(hart, index) & 0xffff_ffff) | (ulong)value << 32),
            _ => null,
        };
    }

    /// <summary>
    /// Performs a write of <see cref="CounterWriteOf"/>. An instruction does so once it has completed: then the write that inhibits a counter is
    /// still counted, the one that enables it is not, and the next instruction reads what was written.
    /// </summary>
    internal static void Apply(Hart hart, in CounterWrite write)
    {
        var index = (int)(write.Csr & 0x1f);
        if (write.Csr == CsrMap.Mcountinhibit) WriteInhibit(hart, (uint)write.Value);
        else if ((write.Csr & ~0x1fu) == CsrMap.Mhpmevent0) SelectEvent(hart, index, (uint)write.Value);
        else hart.CounterOffsets[index] = IsInhibited(hart, index) ? write.Value : Source(hart, index) - write.Value;
    }

    private static bool TryWriteCounter(Hart hart, uint csr, uint value)
    {
        if (CounterWriteOf(hart, csr, value) is not { } write) return false;
        Apply(hart, write);
        return true;
    }

    private static void SelectEvent(Hart hart, int index, uint code)
    {
        var value = Counter(hart, index);
        hart.Mhpmevent[index] = hart.Features.Events?.Exists(code) == true ? code : 0;
        if (!IsInhibited(hart, index)) hart.CounterOffsets[index] = Source(hart, index) - value;
        hart.Features.Events?.SelectionChanged(hart);
    }

    private static void WriteInhibit(Hart hart, uint value)
    {
        for (var index = 0; index < 32; index++)
        {
            if ((hart.Mcountinhibit >> index & 1) == (value >> index & 1)) continue;
            var current = Counter(hart, index);
            hart.CounterOffsets[index] = (value >> index & 1) != 0 ? current : Source(hart, index) - current;
        }

        hart.Mcountinhibit = value;
    }
}

/// <summary>A write of a counter, an mhpmevent or mcountinhibit that has not taken effect yet.</summary>
/// <param name="Csr">The CSR's number.</param>
/// <param name="Value">The counter's 64 bits after the write, or the value of the other CSRs.</param>
internal readonly record struct CounterWrite(uint Csr, ulong Value);
