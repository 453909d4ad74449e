using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

/// <summary>The state of a job context.</summary>
internal enum AimcContextState
{
    /// <summary>ACQUIRE may lock it.</summary>
    Free,

    /// <summary>A hart fills it in.</summary>
    Locked,

    /// <summary>Its job was triggered and has not finished.</summary>
    Pending,
}

/// <summary>One job context: its registers, and the state that the tile keeps for its job.</summary>
internal sealed class AimcTileContext(int columns) : IStateful
{
    private readonly uint[] _registers = new uint[(AimcTileRegisters.Tag - AimcTileRegisters.Src) / 4 + 1];

    /// <summary>Free, locked or pending.</summary>
    public AimcContextState State;

    /// <summary>The hart that locked it last.</summary>
    public int Owner;

    /// <summary>The cycle in which its job was triggered.</summary>
    public ulong TriggeredAt;

    /// <summary>Cycles of one integration, from T_INT_NS at the trigger.</summary>
    public ulong IntegrateCycles;

    /// <summary>One for each column of the job: the factors of SCALE times those of the crossbar, and the addends of BIAS.</summary>
    public readonly float[] ColumnScale = new float[columns], ColumnBias = new float[columns];

    /// <summary>A register by its offset in the tile.</summary>
    public ref uint this[uint offset] => ref _registers[(offset - AimcTileRegisters.Src) / 4];

    public uint Src => this[AimcTileRegisters.Src];

    public uint Dst => this[AimcTileRegisters.Dst];

    public uint SrcStride => this[AimcTileRegisters.SrcStride];

    public uint DstStride => this[AimcTileRegisters.DstStride];

    public uint Vectors => this[AimcTileRegisters.Vectors];

    public uint Scale => this[AimcTileRegisters.Scale];

    public uint Bias => this[AimcTileRegisters.Bias];

    public uint Tag => this[AimcTileRegisters.Tag];

    public uint Rows => this[AimcTileRegisters.Rows];

    public uint Columns => this[AimcTileRegisters.Columns];

    public bool Accumulates => (this[Flags] & 1) != 0;

    public bool IsRaw => (this[Flags] & 2) != 0;

    public bool IsHalf => (this[Flags] & 4) != 0;

    /// <summary>Bytes of an element in memory: an int8 code, a binary16 or a binary32.</summary>
    public uint ElementBytes => IsRaw ? 1u : IsHalf ? 2u : 4u;

    /// <summary>The part of the tile that the job uses; valid only after <see cref="Check"/> has passed.</summary>
    public CrossbarPart Region => new((int)this[FirstRow], (int)Rows, (int)this[FirstColumn], (int)Columns);

    /// <summary>Bytes of one input vector in memory.</summary>
    public uint InputBytes => ElementBytes * Rows;

    /// <summary>Bytes of one output vector in memory.</summary>
    public uint OutputBytes => ElementBytes * Columns;

    /// <summary>Bytes of one input vector in the tile's buffer: int8 codes or float32.</summary>
    public int BufferedInputBytes => (int)(IsRaw ? Rows : 4 * Rows);

    /// <summary>Bytes of one output vector in the tile's buffer.</summary>
    public int BufferedOutputBytes => (int)(IsRaw ? Columns : 4 * Columns);

    /// <summary>The error in the job, or none, and the value that is wrong.</summary>
    public (AimcTileError Cause, uint Argument) Check(CrossbarArray crossbar, AddressSpace space)
    {
        var flags = this[Flags];
        if (flags > 7 || (IsRaw && flags != 2) || (IsRaw && !crossbar.HasInt8Codes)) return (AimcTileError.Flags, flags);
        if (!Lines.Fit(this[FirstRow], Rows, crossbar.State.Rows)) return (AimcTileError.Rows, Lines.Argument(this[FirstRow], Rows));
        if (!Lines.Fit(this[FirstColumn], Columns, crossbar.State.Columns)) return (AimcTileError.Columns, Lines.Argument(this[FirstColumn], Columns));
        if (Vectors is 0 or > MaxVectors) return (AimcTileError.Vectors, Vectors);

        var operands = CheckOperand(space, Src, SrcStride, InputBytes, Vectors);
        if (operands.Cause == AimcTileError.None) operands = CheckOperand(space, Dst, DstStride, OutputBytes, Vectors);
        if (operands.Cause == AimcTileError.None && Scale != 0) operands = CheckOperand(space, Scale, 0, 4 * Columns, 1);
        if (operands.Cause == AimcTileError.None && Bias != 0) operands = CheckOperand(space, Bias, 0, 4 * Columns, 1);
        return operands;
    }

    /// <summary>The error in lines of memory, or none: they must be word aligned and lie in one memory.</summary>
    public static (AimcTileError Cause, uint Argument) CheckOperand(AddressSpace space, uint address, uint stride, uint bytes, uint lines)
    {
        if (address % 4 != 0) return (AimcTileError.Misaligned, address);
        if (stride % 4 != 0) return (AimcTileError.Misaligned, stride);
        var extent = (ulong)stride * (lines - 1) + bytes;
        return extent <= uint.MaxValue && space.FindMemory(address, (uint)extent) is not null ? default : (AimcTileError.Unmapped, address);
    }

    /// <summary>Returns the context to its state at reset.</summary>
    public void Clear()
    {
        State = AimcContextState.Free;
        Array.Clear(_registers);
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        state.Array(_registers);
        state.Field(ref State);
        state.Field(ref Owner);
        state.Field(ref TriggeredAt);
        state.Field(ref IntegrateCycles);
        state.Array(ColumnScale);
        state.Array(ColumnBias);
    }
}

/// <summary>A range of input or output lines, as registers give it.</summary>
internal static class Lines
{
    /// <summary>True if there is at least one line and all lie in the tile.</summary>
    public static bool Fit(uint first, uint count, int size) => count > 0 && (ulong)first + count <= (ulong)size;

    /// <summary>The value of ERROR_ARGUMENT for them.</summary>
    public static uint Argument(uint first, uint count) => (Math.Min(first, 0xFFFF) << 16) | Math.Min(count, 0xFFFF);
}
