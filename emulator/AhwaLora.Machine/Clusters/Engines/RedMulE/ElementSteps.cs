using System.Numerics;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>One step of a chain: what a unit of the array does with an element of X, one of W and the partial result. Every step rounds.</summary>
internal interface IElementStep
{
    static abstract Vector<double> Apply(Vector<double> x, Vector<double> w, Vector<double> acc);
}

/// <summary>Runs code that is compiled for each operation.</summary>
internal interface IElementStepUser
{
    void Use<TStep>()
        where TStep : struct, IElementStep;
}

/// <summary>The steps of the operations.</summary>
internal static class ElementSteps
{
    public static void Select<TUser>(RedMulEOperation operation, TUser user)
        where TUser : IElementStepUser
    {
        switch (operation)
        {
            case RedMulEOperation.AddMax: user.Use<AddMax>(); break;
            case RedMulEOperation.AddMin: user.Use<AddMin>(); break;
            case RedMulEOperation.MulMax: user.Use<MulMax>(); break;
            case RedMulEOperation.MulMin: user.Use<MulMin>(); break;
            case RedMulEOperation.MaxMin: user.Use<MaxMin>(); break;
            case RedMulEOperation.MinMax: user.Use<MinMax>(); break;
            default: user.Use<MultiplyAdd>(); break;
        }
    }

    private readonly struct MultiplyAdd : IElementStep
    {
        public static Vector<double> Apply(Vector<double> x, Vector<double> w, Vector<double> acc) => HostFloat16.MultiplyAdd(x, w, acc);
    }

    private readonly struct AddMax : IElementStep
    {
        public static Vector<double> Apply(Vector<double> x, Vector<double> w, Vector<double> acc) => HostFloat16.Max(HostFloat16.Add(x, w), acc);
    }

    private readonly struct AddMin : IElementStep
    {
        public static Vector<double> Apply(Vector<double> x, Vector<double> w, Vector<double> acc) => HostFloat16.Min(HostFloat16.Add(x, w), acc);
    }

    private readonly struct MulMax : IElementStep
    {
        public static Vector<double> Apply(Vector<double> x, Vector<double> w, Vector<double> acc) => HostFloat16.Max(HostFloat16.Multiply(x, w), acc);
    }

    private readonly struct MulMin : IElementStep
    {
        public static Vector<double> Apply(Vector<double> x, Vector<double> w, Vector<double> acc) => HostFloat16.Min(HostFloat16.Multiply(x, w), acc);
    }

    private readonly struct MaxMin : IElementStep
    {
        public static Vector<double> Apply(Vector<double> x, Vector<double> w, Vector<double> acc) => HostFloat16.Min(HostFloat16.Max(x, w), acc);
    }

    private readonly struct MinMax : IElementStep
    {
        public static Vector<double> Apply(Vector<double> x, Vector<double> w, Vector<double> acc) => HostFloat16.Max(HostFloat16.Min(x, w), acc);
    }
}
