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

    private static bool TryWriteCounter(Hart hart, uint csr, uint value)
    {
        var index = (int)(csr & 0x1f);
        switch (csr & ~0x1fu)
        {
            case CsrMap.Mhpmevent0 when index >= 3:
                SelectEvent(hart, index, value);
                return true;
            case CsrMap.Mhpmcounter0 when index != TimeIndex:
                WriteCounter(hart, index, (Counter(hart, index) & 0xffff_ffff_0000_0000) | value);
                return true;
            case CsrMap.Mhpmcounter0h when index != TimeIndex:
                WriteCounter(hart, index, (Counter(hart, index) & 0xffff_ffff) | (ulong)value << 32);
                return true;
            default:
                return false;
        }
    }

    // A write takes effect after the increment that the writing instruction itself would cause
    // ("Zicntr": the value written is what the next instruction reads).
    private static void WriteCounter(Hart hart, int index, ulong value)
    {
        var ownIncrement = index is McycleIndex or MinstretIndex ? 1u : 0u;
        hart.CounterOffsets[index] = IsInhibited(hart, index) ? value : Source(hart, index) + ownIncrement - value;
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
