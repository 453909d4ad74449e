using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core;

/// <summary>
/// f0-f31. <see cref="NanBoxing"/> says how a register holds a narrower value.
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

    [Unsaved("fixed by the ISA")]
    private readonly ulong _implemented;

    /// <summary>Registers that hold +0 in single precision.</summary>
    /// <param name="width">FLEN: 32 or 64 bits.</param>
    public FloatRegisters(int width)
    {
        _implemented = width == 64 ? ulong.MaxValue : uint.MaxValue;
        _box = NanBoxing.Box<Binary32>(0) & _implemented;
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

    /// <summary>A whole register of 64 bits; with FLEN = 32, as though a box were above it.</summary>
    public ulong Wide(int n) => Bits[n] | ~_implemented;

    /// <summary>Writes a whole register; with FLEN = 32, its lower half.</summary>
    public void SetWide(int n, ulong value) => Bits[n] = value & _implemented;

    /// <summary>Writes a value in single precision.</summary>
    public void SetSingle(int n, uint value) => Bits[n] = _box | value;

    /// <summary>Sets all to +0 in single precision.</summary>
    public void Clear() => Array.Fill(Bits, _box);

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state) => state.Array(Bits);
}
