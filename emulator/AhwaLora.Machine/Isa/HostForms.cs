using System.Reflection;
using System.Runtime.CompilerServices;
using static AhwaLora.Machine.Isa.Float32;
using HostFma = System.Runtime.Intrinsics.X86.Fma;

namespace AhwaLora.Machine.Isa;

/// <summary>
/// A floating-point operation as the host does it to nearest even, and the tests for what the host's result does not
/// show: whether the operation may raise a flag. A test may say so without need; the interpreter then does the operation.
/// </summary>
/// <param name="Operation">Computes the result from the operands.</param>
/// <param name="Raises">Operands and result: true if a flag may be raised.</param>
/// <param name="RaisesMore">Operands and result: true if a flag other than inexact may be raised.</param>
public sealed record HostForm(MethodInfo Operation, MethodInfo Raises, MethodInfo RaisesMore)
{
    /// <summary>True for a multiplication and an addition that are rounded once: the operations with three operands.</summary>
    public bool IsFused { get; } = Operation.GetParameters().Length == 3;

    /// <summary>True if this host computes it: without a fused multiply-add, .NET would call the host's libm, whose result may be wrong or vary between hosts.</summary>
    public bool IsUsable => IsUsableOn(HostFma.IsSupported || System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported);

    /// <summary>As <see cref="IsUsable"/>, on a host with or without fused multiply-add.</summary>
    internal bool IsUsableOn(bool hostHasFma) => hostHasFma || !IsFused;
}

/// <summary>
/// The forms that rows name. <see cref="HostFloat32"/> has the reasons for the tests of exactness; beyond those, a sum
/// that is tiny or zero is exact, and a product, quotient or root that is zero is exact if an operand is zero.
/// </summary>
internal static class HostForms
{
    private delegate float Op1(float x);

    private delegate float Op2(float x, float y);

    private delegate float Op3(float x, float y, float z);

    private delegate bool Test1(float x, float r);

    private delegate bool Test2(float x, float y, float r);

    private delegate bool Test3(float x, float y, float z, float r);

    private delegate uint Relation(float x, float y);

    private delegate bool RelationTest(float x, float y, uint r);

    private delegate float Conversion(uint x);

    private delegate bool ConversionTest(uint x, float r);

#pragma warning disable CS1591 // Named after the operation.
    public static HostForm Add { get; } = Form(Sum, SumRaises, SumRaisesMore);
    public static HostForm Sub { get; } = Form(Difference, DifferenceRaises, SumRaisesMore);
    public static HostForm Mul { get; } = Form(Product, ProductRaises, ProductRaisesMore);
    public static HostForm Div { get; } = Form(Quotient, QuotientRaises, QuotientRaisesMore);
    public static HostForm Sqrt { get; } = Form(Root, RootRaises, RootRaisesMore);
    public static HostForm MulAdd { get; } = Form(Fused, FusedRaises, FusedRaisesMore);
    public static HostForm MulSub { get; } = Form(FusedSub, FusedSubRaises, FusedSubRaisesMore);
    public static HostForm NegMulAdd { get; } = Form(NegFused, NegFusedRaises, NegFusedRaisesMore);
    public static HostForm NegMulSub { get; } = Form(NegFusedSub, NegFusedSubRaises, NegFusedSubRaisesMore);
    public static HostForm Eq { get; } = Form(Equal, IsUnordered);
    public static HostForm Lt { get; } = Form(Less, IsUnordered);
    public static HostForm Le { get; } = Form(LessOrEqual, IsUnordered);
    public static HostForm Min { get; } = Form(Minimum, IsUnordered, IsUnordered);
    public static HostForm Max { get; } = Form(Maximum, IsUnordered, IsUnordered);
    public static HostForm FromInt32 { get; } = ConversionForm(OfInt32, OfInt32Raises, OfInt32RaisesMore);
#pragma warning restore CS1591

    private static HostForm Form(Op1 operation, Test1 raises, Test1 raisesMore) => new(operation.Method, raises.Method, raisesMore.Method);

    private static HostForm Form(Op2 operation, Test2 raises, Test2 raisesMore) => new(operation.Method, raises.Method, raisesMore.Method);

    private static HostForm Form(Op3 operation, Test3 raises, Test3 raisesMore) => new(operation.Method, raises.Method, raisesMore.Method);

    private static HostForm ConversionForm(Conversion operation, ConversionTest raises, ConversionTest raisesMore) => new(operation.Method, raises.Method, raisesMore.Method);

    private static HostForm Form(Relation operation, RelationTest raises) => new(operation.Method, raises.Method, raises.Method);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(float x, float y) => x + y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool SumRaises(float x, float y, float r) => !IsFinite(r) || r - x != y || r - y != x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool SumRaisesMore(float x, float y, float r) => !IsFinite(r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Difference(float x, float y) => x + -y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool DifferenceRaises(float x, float y, float r) => SumRaises(x, -y, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Product(float x, float y) => x * y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ProductRaises(float x, float y, float r) => !IsOrdinaryOrZero(r) || (double)x * y != r;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ProductRaisesMore(float x, float y, float r) => !IsOrdinary(r) && (r != 0 || (x != 0 && y != 0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Quotient(float x, float y) => x / y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool QuotientRaises(float x, float y, float r) => IsOrdinary(r) ? (double)r * y != x : r != 0 || x != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool QuotientRaisesMore(float x, float y, float r) => !IsOrdinary(r) && (r != 0 || x != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Root(float x) => MathF.Sqrt(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool RootRaises(float x, float r) => !IsOrdinaryOrZero(r) || (double)r * r != x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool RootRaisesMore(float x, float r) => !IsOrdinaryOrZero(r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Fused(float x, float y, float z) => MathF.FusedMultiplyAdd(x, y, z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FusedRaises(float x, float y, float z, float r)
    {
        var product = (double)x * y;
        return !IsOrdinaryOrZero(r) || (double)r - z != product || r - product != z;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FusedRaisesMore(float x, float y, float z, float r) => !IsOrdinary(r) && (r != 0 || (double)x * y + z != 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float FusedSub(float x, float y, float z) => Fused(x, y, -z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FusedSubRaises(float x, float y, float z, float r) => FusedRaises(x, y, -z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FusedSubRaisesMore(float x, float y, float z, float r) => FusedRaisesMore(x, y, -z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float NegFused(float x, float y, float z) => Fused(-x, y, z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool NegFusedRaises(float x, float y, float z, float r) => FusedRaises(-x, y, z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool NegFusedRaisesMore(float x, float y, float z, float r) => FusedRaisesMore(-x, y, z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float NegFusedSub(float x, float y, float z) => Fused(-x, y, -z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool NegFusedSubRaises(float x, float y, float z, float r) => FusedRaises(-x, y, -z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool NegFusedSubRaisesMore(float x, float y, float z, float r) => FusedRaisesMore(-x, y, -z, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Equal(float x, float y) => x == y ? 1u : 0u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Less(float x, float y) => x < y ? 1u : 0u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint LessOrEqual(float x, float y) => x <= y ? 1u : 0u;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsUnordered(float x, float y, uint r) => float.IsNaN(x) || float.IsNaN(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsUnordered(float x, float y, float r) => float.IsNaN(x) || float.IsNaN(y);

    // Equal numbers can differ only in the sign of zero: -0 is the smaller.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Minimum(float x, float y) => x < y ? x : y < x ? y : AsFloat(AsBits(x) | AsBits(y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Maximum(float x, float y) => x > y ? x : y > x ? y : AsFloat(AsBits(x) & AsBits(y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float OfInt32(uint x) => (int)x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool OfInt32Raises(uint x, float r) => (double)r != (int)x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool OfInt32RaisesMore(uint x, float r) => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsFinite(float r) => (AsBits(r) & ~SignBit) < Infinity;

    /// <summary>As in <see cref="HostFloat32"/>: true if the result is not zero, tiny, the smallest normal number, infinite or NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOrdinary(float r) => (AsBits(r) & ~SignBit) - (SmallestNormal + 1) < Infinity - (SmallestNormal + 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsOrdinaryOrZero(float r) => IsOrdinary(r) || r == 0;
}
