using System.Numerics;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>
/// The buffers and the multiply-add array, moved by the signals of the control: exact for every shape, also for those of which the
/// engine computes something else than X W + Y. Elements are doubles that hold FP16 numbers. All is zero after a clear.
/// </summary>
internal sealed class DataPath : IStateful
{
    private readonly RedMulEArray _array;
    private readonly int _lanes; // rows of the array, up to a whole number of vectors
    private readonly int _rowMask;

    // A column is a row of lanes. _block: X as fetched, by column; _sets: the two column sets; _z: the Z buffer, by column.
    private readonly double[] _block, _sets, _z;

    // The W buffer, a row for each unit of a row; the pipeline registers and the result of each unit, by unit and stage.
    private readonly double[] _w, _pipes, _results;
    [Unsaved("holds a column within one cycle")]
    private readonly double[] _last;
    [Unsaved("holds a row within one cycle")]
    private readonly double[] _row;

    private readonly int[] _setOfUnit;
    private int _readSet, _writtenSet, _writtenColumn, _blockColumn;
    private int _wRow, _element, _group, _usedElement, _usedGroup;
    private int _yColumn, _storeRow;
    private int _activeRows;
    private bool _takesY;
    private readonly BeatQueue[] _beats;
    private readonly BeatQueue _stores;

    public DataPath(RedMulEArray array)
    {
        var (h, d) = (array.Height, array.Beat);
        _array = array;
        _lanes = (array.Length + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;
        _rowMask = (int)BitOperations.RoundUpToPowerOf2((uint)array.Length) - 1;
        _block = new double[d * _lanes];
        _sets = new double[2 * h * _lanes];
        _z = new double[d * _lanes];
        _w = new double[h * d];
        _pipes = new double[h * array.Pipeline * _lanes];
        _results = new double[h * _lanes];
        _last = new double[_lanes];
        _row = new double[d];
        _setOfUnit = new int[h];
        _beats = [new BeatQueue(d), new BeatQueue(d), new BeatQueue(d)];
        _stores = new BeatQueue(d);
    }

    /// <summary>Takes over what the job before left if nothing cleared it: the beats in the queues, and the Z buffer.</summary>
    public void TakeOver(DataPath before, ReadOnlySpan<int> beats)
    {
        for (var channel = 0; channel < _beats.Length; channel++) _beats[channel].TakeOver(before._beats[channel], beats[channel]);
        before._z.CopyTo(_z, 0);
    }

    /// <summary>A read of a stream has its beat.</summary>
    public void Fetch(Channel channel, ReadOnlySpan<byte> bytes) => HostFloat16.Widen(bytes, _beats[(int)channel].Push());

    /// <summary>The bytes of the row that is stored next.</summary>
    public void Store(Span<byte> bytes) => HostFloat16.Narrow(_stores.Pop()[..(bytes.Length / 2)], bytes);

    /// <summary>One cycle; the parts of the control still have the state of its beginning.</summary>
    public void Clock(in CycleSignals now, RedMulEOperation operation, TileScheduler scheduler, XBuffer x, ZBuffer z)
    {
        Result(_array.Height - 1).CopyTo(_last);
        if (scheduler.Ran) ElementSteps.Select(operation, new Advancer(this));
        ClockX(now, scheduler, x);
        ClockW(now, scheduler);
        ClockZ(now, scheduler, z);
        _activeRows = scheduler.IsComputing && !now.IsStalled ? scheduler.Rows : 0;
        _takesY = scheduler.Pushes;
    }

    public void SaveOrRestore(StateStream state)
    {
        foreach (var elements in (double[][])[_block, _sets, _z, _w, _pipes, _results])
        {
            foreach (ref var element in elements.AsSpan()) state.Field(ref element);
        }

        state.Array(_setOfUnit);
        state.Field(ref _readSet);
        state.Field(ref _writtenSet);
        state.Field(ref _writtenColumn);
        state.Field(ref _blockColumn);
        state.Field(ref _wRow);
        state.Field(ref _element);
        state.Field(ref _group);
        state.Field(ref _usedElement);
        state.Field(ref _usedGroup);
        state.Field(ref _yColumn);
        state.Field(ref _storeRow);
        state.Field(ref _activeRows);
        state.Field(ref _takesY);
        foreach (var queue in _beats) queue.SaveOrRestore(state);
        _stores.SaveOrRestore(state);
    }

    private Span<double> Lanes(double[] columns, int column) => columns.AsSpan(column * _lanes, _lanes);

    private Span<double> Result(int unit) => Lanes(_results, unit);

    private void ClockX(in CycleSignals now, TileScheduler scheduler, XBuffer x)
    {
        if (now.WritesColumn)
        {
            var column = Lanes(_sets, _writtenSet * _array.Height + _writtenColumn);
            if (x.ColumnsRead <= scheduler.RealColumns) Lanes(_block, _blockColumn).CopyTo(column);
            else column.Clear();
            if (++_writtenColumn == _array.Height) (_writtenColumn, _writtenSet) = (0, 1 - _writtenSet);
        }

        if (now.ShiftsW)
        {
            _setOfUnit[x.Group] = _readSet;
            if (x.Group == _array.Height - 1) _readSet = 1 - _readSet;
        }

        if (now.SetsUp) _blockColumn = 0;
        else if (now.WritesColumn) _blockColumn = x.Column < now.Slots - 1 ? x.Column + 1 : 0;
        if (!now.TakesX) return;
        var beat = _beats[(int)Channel.X].Pop();
        if (x.RowSlot >= _array.Length) return;
        for (var n = 0; n < beat.Length; n++) _block[n * _lanes + x.RowSlot] = beat[n];
    }

    private void ClockW(in CycleSignals now, TileScheduler scheduler)
    {
        var beat = now.TakesW ? _beats[(int)Channel.W].Pop() : default;
        if (now.ShiftsW && _wRow < _array.Height)
        {
            var row = _w.AsSpan(_wRow * _array.Beat, _array.Beat);
            row.Clear();
            if (_wRow < scheduler.WRowsInGroup && !beat.IsEmpty) beat[..scheduler.WColumns].CopyTo(row);
        }

        if (_wRow == _array.Height) _wRow = 0;
        else if (now.ShiftsW) _wRow++;
        if (scheduler.State < CycleSignals.Phase.Load || now.IsStalled) return;
        (_usedElement, _usedGroup) = (_element, _group);
        if (_element++ != _array.Pipeline) return;
        _element = 0;
        if (++_group == _array.Height) _group = 0;
    }

    private void ClockZ(in CycleSignals now, TileScheduler scheduler, ZBuffer z)
    {
        if (now.PutsRow)
        {
            var row = _stores.Push();
            for (var n = 0; n < scheduler.Columns; n++) row[n] = _z[n * _lanes + _storeRow];
            _storeRow = z.NextStoreRow(now.IsLastRow);
        }

        var column = now.PushesY ? z.PushColumn : _yColumn;
        if (now.Collects)
        {
            _last.CopyTo(Lanes(_z, z.CollectColumn));
        }
        else if (now.TakesY)
        {
            var beat = _beats[(int)Channel.Y].Pop();
            for (var n = 0; n < beat.Length && z.LoadRow < _array.Length; n++) _z[n * _lanes + z.LoadRow] = beat[n];
        }

        _yColumn = column;
    }

    private readonly struct Advancer(DataPath path) : IElementStepUser
    {
        public void Use<TStep>()
            where TStep : struct, IElementStep => path.Advance<TStep>();
    }

    /// <summary>The array moves on by one cycle, in the rows that are active.</summary>
    private void Advance<TStep>()
        where TStep : struct, IElementStep
    {
        var (height, pipeline) = (_array.Height, _array.Pipeline);
        var rows = Math.Min(_activeRows, _array.Length);
        ReadOnlySpan<double> first = _takesY ? Lanes(_z, _yColumn) : _last;
        for (var unit = height - 1; unit >= 0; unit--)
        {
            var x = Lanes(_sets, _setOfUnit[unit] * height + unit);
            var w = new Vector<double>(_w[unit * _array.Beat + ElementOf(unit)]);
            var input = unit == 0 ? first : Result(unit - 1);
            var stages = _pipes.AsSpan(unit * pipeline * _lanes, pipeline * _lanes);
            for (var row = 0; row < rows; row += Vector<double>.Count)
            {
                var isActive = Vector.LessThan(Vector<long>.Indices, new Vector<long>(rows - row));
                var value = TStep.Apply(new Vector<double>(x[row..]), w, new Vector<double>(input[row..]));
                for (var stage = 0; stage < pipeline; stage++) value = Exchange(stages[(stage * _lanes + row)..], value, isActive);
                Exchange(Result(unit)[row..], value, isActive);
            }
        }
    }

    /// <summary>Replaces the registers of the active rows; returns what was there.</summary>
    private static Vector<double> Exchange(Span<double> registers, Vector<double> value, Vector<long> isActive)
    {
        var old = new Vector<double>(registers);
        Vector.ConditionalSelect(isActive, value, old).CopyTo(registers);
        return old;
    }

    /// <summary>The element of its row of W that a unit uses: units follow one another by one group.</summary>
    private int ElementOf(int unit)
    {
        var group = _usedGroup - unit;
        if (group < 0) group += _array.Height;
        return group * (_array.Pipeline + 1) + _usedElement;
    }
}
