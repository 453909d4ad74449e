using System.Numerics;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>The control of the X buffer: one block as fetched, and two sets of H columns that the array reads.</summary>
internal sealed class XBuffer : IStateful
{
    private enum Phase
    {
        Preload,
        Fast,
        WaitFirst,
        WaitShift,
        Fill,
        Empty,
    }

    private readonly int _height, _cyclesMask, _setsMask, _rowMask;
    private Phase _phase;
    private bool _isFirstBlock;
    private bool _isRefilling = true;
    private int _column;
    private int _columnsRead;
    private int _columnsWritten;
    private int _group;

    public XBuffer(RedMulEArray array)
    {
        _height = array.Height;
        _cyclesMask = CounterMask(array.Beat);
        _setsMask = CounterMask(2 * array.Height);
        _rowMask = CounterMask(array.Length - 1);
    }

    /// <summary>Rows of the block that have arrived.</summary>
    public int Rows { get; private set; }

    /// <summary>The column of the block that is read next.</summary>
    public int Column => _column;

    /// <summary>The unit of a row that the next row of W goes to.</summary>
    public int Group => _group;

    /// <summary>Columns of the block read so far.</summary>
    public int ColumnsRead => _columnsRead;

    /// <summary>The place of an arriving row; the block has fewer rows.</summary>
    public int RowSlot => Rows & _rowMask;

    /// <summary>True if a column goes into a column set, given that the array takes a row of W or not.</summary>
    public bool WritesColumn(bool shiftsW) => (_phase == Phase.Fast || (_phase == Phase.Fill && shiftsW)) && !_isRefilling;

    public void Clock(in CycleSignals now)
    {
        var (phase, isFirstBlock, written) = (NextPhase(now), _isFirstBlock, _columnsWritten);
        if (_column == 2 * _height - 1) isFirstBlock = false;
        else if (now.SetsUp) isFirstBlock = true;

        if (now.IsBlockUsedUp) written = 0;
        else if ((_phase == Phase.Empty || (_phase == Phase.Fast && !_isFirstBlock)) && now.ShiftsW) written = (written + 1) & _setsMask;
        else if (now.SetsUp) written = 2 * _height;

        if (now.IsBlockUsedUp) _columnsRead = 1;
        else if (now.WritesColumn || now.SetsUp) _columnsRead = (_columnsRead + 1) & _cyclesMask;

        if (now.IsBlockFull) _isRefilling = false;
        else if (now.IsBlockUsedUp) _isRefilling = true;

        if (now.WritesColumn) _column = _column < now.Slots - 1 ? _column + 1 : 0;
        if (now.DropsBlock) Rows = 0;
        else if (now.TakesX) Rows = (Rows + 1) & (2 * _rowMask + 1);
        if (now.ShiftsW) _group = _group == _height - 1 ? 0 : _group + 1;
        (_phase, _isFirstBlock, _columnsWritten) = (phase, isFirstBlock, written);
    }

    public void SaveOrRestore(StateStream state)
    {
        var rows = Rows;
        state.Field(ref _phase);
        state.Field(ref _isFirstBlock);
        state.Field(ref _isRefilling);
        state.Field(ref _column);
        state.Field(ref _columnsRead);
        state.Field(ref _columnsWritten);
        state.Field(ref _group);
        state.Field(ref rows);
        Rows = rows;
    }

    private Phase NextPhase(in CycleSignals now)
    {
        switch (_phase)
        {
            case Phase.Preload:
                return now.SetsUp ? Phase.Fast : Phase.Preload;
            case Phase.Fast:
                var isAllRead = _columnsRead == now.Slots;
                if (_column != _columnsWritten - 1 || (now.ShiftsW && !_isFirstBlock && !isAllRead)) return Phase.Fast;
                if (isAllRead) return now.IsBlockFull ? Phase.WaitFirst : Phase.Empty;
                return _isFirstBlock ? Phase.WaitFirst : Phase.Fill;
            case Phase.WaitFirst:
                if (_group != _height - 1 || !now.ShiftsW) return Phase.WaitFirst;
                return now.IsBlockUsedUp ? Phase.Empty : Phase.Fill;
            case Phase.WaitShift:
                return now.ShiftsW ? Phase.Empty : Phase.WaitShift;
            case Phase.Fill:
                return now.IsBlockUsedUp && !now.IsBlockFull ? Phase.Empty : Phase.Fill;
            default:
                if (!now.IsBlockFull) return Phase.Empty;
                return _columnsWritten != 0 || now.ShiftsW ? Phase.Fast : Phase.Fill;
        }
    }

    /// <summary>The bits of a counter that holds <paramref name="largest"/>.</summary>
    private static int CounterMask(int largest) => (1 << (32 - BitOperations.LeadingZeroCount((uint)largest))) - 1;
}
