using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core;

/// <summary>
/// f0-f31, and the only place that handles NaN boxing (unprivileged specification, section "NaN Boxing of Narrower
/// Values"): in a register wider than a value, the bits above the value are ones. An operand without them reads as the canonical NaN.
/// With FLEN = 32 a value fills its register, and the upper half here is 0.
/// </summary>
public sealed class FloatRegisters : IStateful
{
    /// <summary>Number of registers.</summary>
    public const int Count = 32;

    /// <summary>The registers' bits, boxed or not.</summary>
    public readonly ulong[] Bits = new ulong[Count];

    [Unsaved("fixed by the ISA")]
    private readonly ulong _box;

    /// <summary>Registers that hold +0 in single precision.</summary>
    /// <param name="width">FLEN: 32 or 64 bits.</param>
    public FloatRegisters(int width)
    {
        _box = width == 64 ? 0xffff_ffffUL << 32 : 0;
        Clear();
    }

    /// <summary>True if all of them hold values in single precision; writing the lower half of one keeps it so.</summary>
    public bool AreSingle
    {
        get
        {
            if (_box == 0) return true;
            var common = _box;
            foreach (var bits in Bits) common &= bits;
            return common == _box;
        }
    }

    /// <summary>An operand in single precision.</summary>
    public uint Single(int n)
    {
        var bits = Bits[n];
        return (bits & _box) == _box ? (uint)bits : Float32.CanonicalNaN;
    }

    /// <summary>The lower 32 bits, as moves to x registers and stores read them (section "Single-Precision Load and Store").</summary>
    public uint Low(int n) => (uint)Bits[n];

    /// <summary>Writes a value in single precision.</summary>
    public void SetSingle(int n, uint value) => Bits[n] = _box | value;

    /// <summary>Sets all to +0 in single precision.</summary>
    public void Clear() => Array.Fill(Bits, _box);

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state) => state.Array(Bits);
}
