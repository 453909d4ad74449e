using System.Reflection;
using System.Runtime.CompilerServices;
using static AhwaLora.Machine.Isa.Float32;
using HostFma = System.Runtime.Intrinsics.X86.Fma;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// A floating-point operation as the host does it to nearest even, and the tests for what the host's result does not
/// tell: whether the operation may raise a flag. They may say so without need; the interpreter then does the operation.
/// </summary>
/// <param name="Operation">The result of the operands.</param>
/// <param name="Raises">Operands and result: true if a flag may be raised.</param>
/// <param name="RaisesMore">Operands and result: true if a flag other than inexact may be raised.</param>
internal sealed record HostForm(MethodInfo Operation, MethodInfo Raises, MethodInfo RaisesMore)
{
    /// <summary>True for a product and a sum rounded once: the operations of three operands.</summary>
    public bool IsFused { get; } = Operation.GetParameters().Length == 3;
}

/// <summary>
/// The forms, by mnemonic. <see cref="Isa.HostFloat32"/> has the reasons for the tests of exactness; beyond those, a sum
/// that is tiny or zero is exact, and a product, quotient or root that is zero is exact where an operand is.
/// </summary>
internal static class HostForms
{
    private static readonly Dictionary<string, HostForm> Forms = new()
    {
        ["fadd.s"] = Form((Func<float, float, float>)Add, (Func<float, float, float, bool>)AddRaises, (Func<float, float, float, bool>)AddRaisesMore),
        ["fsub.s"] = Form((Func<float, float, float>)Sub, (Func<float, float, float, bool>)SubRaises, (Func<float, float, float, bool>)AddRaisesMore),
        ["fmul.s"] = Form((Func<float, float, float>)Mul, (Func<float, float, float, bool>)MulRaises, (Func<float, float, float, bool>)MulRaisesMore),
        ["fdiv.s"] = Form((Func<float, float, float>)Div, (Func<float, float, float, bool>)DivRaises, (Func<float, float, float, bool>)DivRaisesMore),
        ["fsqrt.s"] = Form((Func<float, float>)Sqrt, (Func<float, float, bool>)SqrtRaises, (Func<float, float, bool>)SqrtRaisesMore),
        ["fmadd.s"] = Form((Func<float, float, float, float>)MulAdd, (Func<float, float, float, float, bool>)MulAddRaises, (Func<float, float, float, float, bool>)MulAddRaisesMore),
        ["fmsub.s"] = Form((Func<float, float, float, float>)MulSub, (Func<float, float, float, float, bool>)MulSubRaises, (Func<float, float, float, float, bool>)MulSubRaisesMore),
        ["fnmsub.s"] = Form((Func<float, float, float, float>)NegMulAdd, (Func<float, float, float, float, bool>)NegMulAddRaises, (Func<float, float, float, float, bool>)NegMulAddRaisesMore),
        ["fnmadd.s"] = Form((Func<float, float, float, float>)NegMulSub, (Func<float, float, float, float, bool>)NegMulSubRaises, (Func<float, float, float, float, bool>)NegMulSubRaisesMore),
        ["feq.s"] = Form((Func<float, float, uint>)Eq, (Func<float, float, uint, bool>)Unordered, (Func<float, float, uint, bool>)Unordered),
        ["flt.s"] = Form((Func<float, float, uint>)Lt, (Func<float, float, uint, bool>)Unordered, (Func<float, float, uint, bool>)Unordered),
        ["fle.s"] = Form((Func<float, float, uint>)Le, (Func<float, float, uint, bool>)Unordered, (Func<float, float, uint, bool>)Unordered),
        ["fmin.s"] = Form((Func<float, float, float>)Min, (Func<float, float, float, bool>)Unordered, (Func<float, float, float, bool>)Unordered),
        ["fmax.s"] = Form((Func<float, float, float>)Max, (Func<float, float, float, bool>)Unordered, (Func<float, float, float, bool>)Unordered),
        ["fcvt.s.w"] = Form((Func<uint, float>)FromInt32, (Func<uint, float, bool>)FromInt32Raises, (Func<uint, float, bool>)FromInt32RaisesMore),
    };

    /// <summary>The form of an instruction that rounds to nearest even, or not at all; null if it has none.</summary>
    public static HostForm? Find(string name) => Find(name, HostHasFma);

    /// <summary>As <see cref="Find(string)"/>, on a host with or without fused multiply-add.</summary>
    internal static HostForm? Find(string name, bool hostHasFma) =>
        Forms.TryGetValue(name, out var form) && (hostHasFma || !form.IsFused) ? form : null;

    // Without the instruction .NET would call the host's libm, which may be wrong and different.
    private static bool HostHasFma => HostFma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported;

    private static HostForm Form(Delegate operation, Delegate raises, Delegate raisesMore) => new(operation.Method, raises.Method, raisesMore.Method);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Add(float x, float y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AddRaises(float x, float y, float r) => !IsFinite(r) || r - x != y || r - y != x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AddRaisesMore(float x, float y, float r) => !IsFinite(r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sub(float x, float y) => x + -y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool SubRaises(float x, float y, float r) => AddRaises(x, -y, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Mul(float x, float y) => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MulRaises(float x, float y, float r) => !IsOrdinaryOrZero(r) || (double)x * y != r;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MulRaisesMore(float x, float y, float r) => !IsOrdinary(r) && (r != 0 || (x != 0 && y != 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Div(float x, float y) => x / y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool DivRaises(float x, float y, float r) => IsOrdinary(r) ? (double)r * y != x : r != 0 || x != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool DivRaisesMore(float x, float y, float r) => !IsOrdinary(r) && (r != 0 || x != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sqrt(float x) => MathF.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool SqrtRaises(float x, float r) => !IsOrdinaryOrZero(r) || (double)r * r != x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool SqrtRaisesMore(float x, float r) => !IsOrdinaryOrZero(r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MulAdd(float x, float y, float z) => MathF.FusedMultiplyAdd(x, y, z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MulAddRaises(float x, float y, float z, float r)
    {
        var product = (double)x * y;
        return !IsOrdinaryOrZero(r) || (double)r - z != product || r - product != z;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MulAddRaisesMore(float x, float y, float z, float r) => !IsOrdinary(r) && (r != 0 || (double)x * y + z != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float MulSub(float x, float y, float z) => MulAdd(x, y, -z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MulSubRaises(float x, float y, float z, float r) => MulAddRaises(x, y, -z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MulSubRaisesMore(float x, float y, float z, float r) => MulAddRaisesMore(x, y, -z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float NegMulAdd(float x, float y, float z) => MulAdd(-x, y, z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool NegMulAddRaises(float x, float y, float z, float r) => MulAddRaises(-x, y, z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool NegMulAddRaisesMore(float x, float y, float z, float r) => MulAddRaisesMore(-x, y, z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float NegMulSub(float x, float y, float z) => MulAdd(-x, y, -z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool NegMulSubRaises(float x, float y, float z, float r) => MulAddRaises(-x, y, -z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool NegMulSubRaisesMore(float x, float y, float z, float r) => MulAddRaisesMore(-x, y, -z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Eq(float x, float y) => x == y ? 1u : 0u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Lt(float x, float y) => x < y ? 1u : 0u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Le(float x, float y) => x <= y ? 1u : 0u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Unordered(float x, float y, uint r) => float.IsNaN(x) || float.IsNaN(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Unordered(float x, float y, float r) => float.IsNaN(x) || float.IsNaN(y);

    // Equal numbers differ at most in the sign of zero: -0 is the smaller.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Min(float x, float y) => x < y ? x : y < x ? y : AsFloat(AsBits(x) | AsBits(y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Max(float x, float y) => x > y ? x : y > x ? y : AsFloat(AsBits(x) & AsBits(y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float FromInt32(uint x) => (int)x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FromInt32Raises(uint x, float r) => (double)r != (int)x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FromInt32RaisesMore(uint x, float r) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsFinite(float r) => (AsBits(r) & ~SignBit) < Infinity;

    /// <summary>As <see cref="Isa.HostFloat32"/> has it: not zero, tiny, the smallest normal number, infinite or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOrdinary(float r) => (AsBits(r) & ~SignBit) - (SmallestNormal + 1) < Infinity - (SmallestNormal + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOrdinaryOrZero(float r) => IsOrdinary(r) || r == 0;
}
