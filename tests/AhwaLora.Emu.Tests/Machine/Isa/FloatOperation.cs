using AhwaLora.Machine.Isa;
using static AhwaLora.Emu.Tests.Machine.Isa.ExactFloat;

namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>One operation in all its forms, operands it does not have ignored.</summary>
/// <param name="Name">Name of the method in <see cref="Float32"/>.</param>
/// <param name="Arity">Number of operands.</param>
/// <param name="Exact">The oracle.</param>
/// <param name="Fast">What the engines call.</param>
/// <param name="Soft">The integer-only form, or null if there is one form only.</param>
/// <param name="Host">The host's own arithmetic, to nearest even, or null.</param>
/// <param name="Draw">Random operands of the kind that is hard for the operation.</param>
internal sealed record FloatOperation(
    string Name,
    int Arity,
    FloatOperation.Oracle Exact,
    FloatOperation.Rounded Fast,
    FloatOperation.Rounded? Soft,
    Func<float, float, float, float>? Host,
    Func<FloatCases, FloatCases.Operands> Draw)
{
    internal delegate Outcome Oracle(uint a, uint b, uint c, uint rm);

    internal delegate uint Rounded(uint a, uint b, uint c, uint rm, ref uint fflags);

    public override string ToString() => Name;

    public static IReadOnlyList<FloatOperation> All { get; } =
    [
        new("Add", 2, (a, b, _, rm) => Add(a, b, rm),
            (a, b, _, rm, ref f) => Float32.Add(a, b, rm, ref f),
            (a, b, _, rm, ref f) => SoftFloat32.Add(a, b, rm, ref f),
            (x, y, _) => x + y, cases => cases.Terms()),
        new("Sub", 2, (a, b, _, rm) => Sub(a, b, rm),
            (a, b, _, rm, ref f) => Float32.Sub(a, b, rm, ref f),
            (a, b, _, rm, ref f) => SoftFloat32.Sub(a, b, rm, ref f),
            (x, y, _) => x - y, cases => cases.Terms()),
        new("Mul", 2, (a, b, _, rm) => Mul(a, b, rm),
            (a, b, _, rm, ref f) => Float32.Mul(a, b, rm, ref f),
            (a, b, _, rm, ref f) => SoftFloat32.Mul(a, b, rm, ref f),
            (x, y, _) => x * y, cases => cases.Factors()),
        new("Div", 2, (a, b, _, rm) => Div(a, b, rm),
            (a, b, _, rm, ref f) => Float32.Div(a, b, rm, ref f),
            (a, b, _, rm, ref f) => SoftFloat32.Div(a, b, rm, ref f),
            (x, y, _) => x / y, cases => cases.Quotient()),
        new("Sqrt", 1, (a, _, _, rm) => Sqrt(a, rm),
            (a, _, _, rm, ref f) => Float32.Sqrt(a, rm, ref f),
            (a, _, _, rm, ref f) => SoftFloat32.Sqrt(a, rm, ref f),
            (x, _, _) => MathF.Sqrt(x), cases => cases.Radicand()),
        new("Fma", 3, (a, b, c, rm) => Fma(a, b, c, rm),
            Float32.Fma, SoftFloat32.Fma,
            MathF.FusedMultiplyAdd, cases => cases.FactorsAndTerm()),
        new("FmSub", 3, (a, b, c, rm) => Fma(a, b, c, rm, negateAddend: true),
            Float32.FmSub, null,
            (x, y, z) => MathF.FusedMultiplyAdd(x, y, -z), cases => cases.FactorsAndTerm()),
        new("FnmSub", 3, (a, b, c, rm) => Fma(a, b, c, rm, negateProduct: true),
            Float32.FnmSub, null,
            (x, y, z) => MathF.FusedMultiplyAdd(-x, y, z), cases => cases.FactorsAndTerm()),
        new("FnmAdd", 3, (a, b, c, rm) => Fma(a, b, c, rm, negateProduct: true, negateAddend: true),
            Float32.FnmAdd, null,
            (x, y, z) => MathF.FusedMultiplyAdd(-x, y, -z), cases => cases.FactorsAndTerm()),
        new("Min", 2, (a, b, _, _) => Min(a, b),
            (a, b, _, _, ref f) => Float32.Min(a, b, ref f), null, null, cases => cases.Terms()),
        new("Max", 2, (a, b, _, _) => Max(a, b),
            (a, b, _, _, ref f) => Float32.Max(a, b, ref f), null, null, cases => cases.Terms()),
        new("Eq", 2, (a, b, _, _) => Compare(a, b, signalling: false, order => order == 0),
            (a, b, _, _, ref f) => Float32.Eq(a, b, ref f), null, null, cases => cases.Terms()),
        new("Lt", 2, (a, b, _, _) => Compare(a, b, signalling: true, order => order < 0),
            (a, b, _, _, ref f) => Float32.Lt(a, b, ref f), null, null, cases => cases.Terms()),
        new("Le", 2, (a, b, _, _) => Compare(a, b, signalling: true, order => order <= 0),
            (a, b, _, _, ref f) => Float32.Le(a, b, ref f), null, null, cases => cases.Terms()),
        new("Classify", 1, (a, _, _, _) => Classify(a),
            (a, _, _, _, ref _) => Float32.Classify(a), null, null, cases => cases.Radicand()),
        new("ToInt32", 1, (a, _, _, rm) => ToInteger(a, rm, int.MinValue, int.MaxValue),
            (a, _, _, rm, ref f) => Float32.ToInt32(a, rm, ref f),
            (a, _, _, rm, ref f) => SoftFloat32.ToInt32(a, rm, ref f), null, cases => cases.NearInteger()),
        new("ToUInt32", 1, (a, _, _, rm) => ToInteger(a, rm, uint.MinValue, uint.MaxValue),
            (a, _, _, rm, ref f) => Float32.ToUInt32(a, rm, ref f),
            (a, _, _, rm, ref f) => SoftFloat32.ToUInt32(a, rm, ref f), null, cases => cases.NearInteger()),
        new("FromInt32", 1, (a, _, _, rm) => FromInteger((int)a, rm),
            (a, _, _, rm, ref f) => Float32.FromInt32(a, rm, ref f),
            (a, _, _, rm, ref f) => SoftFloat32.FromInt32(a, rm, ref f), null, cases => cases.Integer()),
        new("FromUInt32", 1, (a, _, _, rm) => FromInteger(a, rm),
            (a, _, _, rm, ref f) => Float32.FromUInt32(a, rm, ref f),
            (a, _, _, rm, ref f) => SoftFloat32.FromUInt32(a, rm, ref f), null, cases => cases.Integer()),
    ];
}
