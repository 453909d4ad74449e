using AhwaLora.Runs.Loader;

namespace AhwaLora.Runs.Programs;

/// <summary>Where the stack of each hart lies, by the symbols of firmware/runtime/link.ld: one after the other, each above its guard.</summary>
/// <param name="Start">Address of the first guard (<c>__stacks_start</c>).</param>
/// <param name="Bytes">Bytes of a stack (<c>__stack_bytes</c>).</param>
/// <param name="Stride">Bytes from one stack to the next (<c>__stack_stride</c>).</param>
/// <param name="Count">Number of stacks (up to <c>__stacks_end</c>).</param>
public sealed record StackMap(uint Start, uint Bytes, uint Stride, int Count)
{
    /// <summary>Bytes of the guard below each stack.</summary>
    public uint GuardBytes => Stride - Bytes;

    /// <summary>The stacks of a program; null if its symbols tell of none.</summary>
    public static StackMap? Of(ElfImage image)
    {
        if (!image.TryGetSymbol("__stacks_start", out var start) || !image.TryGetSymbol("__stacks_end", out var end) || !image.TryGetSymbol("__stack_bytes", out var bytes)) return null;
        var stride = image.TryGetSymbol("__stack_stride", out var symbol) ? symbol.Value : bytes.Value;
        var isSound = bytes.Value != 0 && stride >= bytes.Value && end.Value >= start.Value;
        return isSound ? new StackMap(start.Value, bytes.Value, stride, (int)((end.Value - start.Value) / stride)) : null;
    }

    /// <summary>The lowest address of a hart's stack.</summary>
    public uint BottomOf(int hart) => Start + (uint)hart * Stride + GuardBytes;

    /// <summary>The address after a hart's stack, at which its stack pointer starts.</summary>
    public uint TopOf(int hart) => BottomOf(hart) + Bytes;
}
