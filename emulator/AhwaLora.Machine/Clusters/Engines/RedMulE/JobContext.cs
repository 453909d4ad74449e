using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.Engines.RedMulE.RedMulERegisters;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>A context of the job queue: the registers of a job, as a programmer writes them, and who gets its event.</summary>
internal struct JobContext
{
    public uint X, W, Z, Sizes0, Sizes1, Operation;
    public int Owner;
    public bool IsCommitted;

    /// <summary>Saves or restores its fields.</summary>
    public static void SaveOrRestore(StateStream state, ref JobContext context)
    {
        state.Field(ref context.X);
        state.Field(ref context.W);
        state.Field(ref context.Z);
        state.Field(ref context.Sizes0);
        state.Field(ref context.Sizes1);
        state.Field(ref context.Operation);
        state.Field(ref context.Owner);
        state.Field(ref context.IsCommitted);
    }

    /// <summary>The shape that the registers say.</summary>
    public readonly RedMulEShape Shape => new((RedMulEOperation)(Operation >> OperationShift & 7), (int)(Sizes0 & 0xFFFF), (int)(Sizes1 & 0xFFFF), (int)(Sizes0 >> 16));

    /// <summary>The job that the registers say.</summary>
    public readonly RedMulEJob Job => new() { Shape = Shape, X = X, W = W, Z = Z };

    /// <summary>Why the engine cannot compute it at all; null if it can try.</summary>
    public readonly string? Fault
    {
        get
        {
            if ((Operation >> FormatShift & FormatMask) != FormatFp16) return "its format is not FP16";
            return Shape is { M: > 0, N: > 0, K: > 0 } ? null : "a size is 0";
        }
    }

    /// <summary>The register at an offset, X_ADDR to MACFG.</summary>
    public void Set(uint offset, uint value)
    {
        switch (offset)
        {
            case XAddress: X = value; break;
            case WAddress: W = value; break;
            case ZAddress: Z = value; break;
            case RedMulERegisters.Sizes0: Sizes0 = value; break;
            case RedMulERegisters.Sizes1: Sizes1 = value; break;
            default: Operation = value; break;
        }
    }
}
