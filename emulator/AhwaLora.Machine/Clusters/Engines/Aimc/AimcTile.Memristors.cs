using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

// What happens to the memristors apart from MVMs: programming, calibration and ageing.
public sealed partial class AimcTile
{
    // Before a job, the tile reads its memristors again if the drift clock, t_0 = 20 s included, has grown by this factor.
    // Drift is a power of time with an exponent of at most 0.13, so outputs are off by at most 0.13 % until then.
    private const double AgeStep = 1.01, AgeOriginSeconds = 20;

    private const double OldestSeconds = 1e12;

    private Operation _operation;
    private ulong _operationEnd = ulong.MaxValue;

    // PROGRAM_WEIGHTS, _STRIDE, _ROWS, _COLUMNS.
    private readonly uint[] _operands = new uint[4];
    private bool _programmed, _calibrated;
    private float _rmsErrorMicroSiemens, _response;
    private uint _pulses;

    // Age = seconds advanced + simulated time since programming.
    private double _advancedSeconds;
    private ulong _programmedAt;

    private enum Operation
    {
        None,
        Programming,
        Calibrating,
    }

    /// <summary>
    /// Programs a region as the host does before the run, in no simulated time, and measures the reference response. In
    /// cycle 0 the age of the tile is 0.
    /// </summary>
    /// <param name="region">The part of the tile to program.</param>
    /// <param name="weights">The weights, [out, in], dense.</param>
    /// <exception cref="ArgumentException">The region lies outside the tile, the length is wrong, or a weight is NaN or infinite.</exception>
    public void ProgramByHost(CrossbarPart region, ReadOnlySpan<float> weights)
    {
        Program(region, weights, 0);
        _programmed = true;
        SetOperands(region);
        _crossbar.MeasureReference(region);
    }

    /// <summary>Ages the memristors before the run, as AGE_ADVANCE does during it. Call it after <see cref="ProgramByHost"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number of seconds is negative or NaN, or the age exceeds 1e12 s.</exception>
    public void AgeByHost(double seconds)
    {
        if (!CanAge(seconds, 0)) throw new ArgumentOutOfRangeException(nameof(seconds), seconds, $"expected 0 or more seconds, and an age of at most {OldestSeconds}");
        LetPass(seconds, 0);
    }

    private void SetOperands(in CrossbarPart region)
    {
        _operands[2] = ((uint)region.FirstRow << 16) | (uint)region.Rows;
        _operands[3] = ((uint)region.FirstColumn << 16) | (uint)region.Columns;
    }

    private void StartProgramming(ulong time)
    {
        if (!TakeRegion(ProgramStart, out var region)) return;
        var (address, stride) = (_operands[0], _operands[1]);
        var (cause, argument) = AimcTileContext.CheckOperand(_masters.Space, address, stride, 4 * (uint)region.Rows, (uint)region.Columns);
        if (cause != AimcTileError.None)
        {
            Fail(cause, argument);
            return;
        }

        var weights = new float[region.Rows * region.Columns];
        for (var column = 0; column < region.Columns; column++)
        {
            var line = address + (uint)column * stride;
            Floats(_masters.Space.ReadBlock(line, 4 * (uint)region.Rows)).CopyTo(weights.AsSpan(column * region.Rows));
            for (var row = 0; row < region.Rows; row++)
            {
                if (float.IsFinite(weights[column * region.Rows + row])) continue;
                Fail(AimcTileError.Weight, line + 4 * (uint)row);
                return;
            }
        }

        var cells = (ulong)region.Rows * (ulong)region.Columns;
        var end = time + 1 + _options.Cycles(_options.Programming.Nanoseconds(cells));
        StartOperation(Operation.Programming, time + 1, end);
        _programmed = false;
        Program(region, weights, end);
        At(_counters, EnergyFj) += _options.Programming.Pulses(cells) * _options.Programming.PulseFemtojoules;
    }

    // The cells change at once, but the tile stays locked until programming ends.
    private void Program(in CrossbarPart region, ReadOnlySpan<float> weights, ulong end)
    {
        _crossbar.State.AgeSeconds = AgeSecondsAt(end);
        _crossbar.Program(region, weights);
        _programmedAt = end;
        _advancedSeconds = 0;
        _pulses = (uint)_options.Programming.Pulses((ulong)weights.Length);
        _rmsErrorMicroSiemens = RmsError(region);
    }

    private float RmsError(in CrossbarPart region)
    {
        if (_crossbar.Options.TimingOnly) return 0;
        var squares = 0.0;
        for (var row = region.FirstRow; row < region.FirstRow + region.Rows; row++)
        {
            var first = row * _crossbar.State.Columns + region.FirstColumn;
            for (var cell = first; cell < first + region.Columns; cell++)
            {
                squares += Square(_crossbar.State.Plus, cell) + Square(_crossbar.State.Minus, cell);
            }
        }

        return (float)Math.Sqrt(squares / (2.0 * region.Rows * region.Columns));

        static double Square(DevicePlane plane, int cell)
        {
            var error = (double)plane.Programmed[cell] - plane.Target[cell];
            return error * error;
        }
    }

    // The MVMs take as long as a job with the same number of vectors whose inputs take no time to fetch.
    private void StartCalibration(uint command, ulong time)
    {
        if (command is not (1 or 2))
        {
            Fail(AimcTileError.Value, command);
            return;
        }

        if (!TakeRegion(CalibrateStart, out var region)) return;
        if (command == 2 && _crossbar.State.ReferenceResponse == 0)
        {
            Fail(AimcTileError.NoReference, 0);
            return;
        }

        FollowDrift(time);
        var reading = command == 1 ? _crossbar.MeasureReference(region) : _crossbar.Calibrate(region);
        _response = reading.Response;
        var cost = reading.Cost;
        var passes = Math.Max(region.Rows, cost.Passes);
        var integrate = _options.Cycles(_tIntNs);
        var streamOut = ((uint)region.Columns + _options.WordsPerCycle - 1) / _options.WordsPerCycle;
        var cycles = (ulong)region.Rows * Math.Max(integrate, streamOut) + (ulong)(passes - region.Rows) * integrate + streamOut;
        StartOperation(Operation.Calibrating, time + 1, time + 1 + cycles);
        _calibrated = false;
        Count(region, cost, vectors: region.Rows, passes);
    }

    // Reads the region from PROGRAM_ROWS and PROGRAM_COLUMNS; false unless it lies in the tile and the tile is idle.
    private bool TakeRegion(uint command, out CrossbarPart region)
    {
        var (rows, columns) = (_operands[2], _operands[3]);
        region = new((int)(rows >> 16), (int)(rows & 0xFFFF), (int)(columns >> 16), (int)(columns & 0xFFFF));
        if (!IsIdle) Fail(AimcTileError.Busy, command);
        else if (!Lines.Fit(rows >> 16, rows & 0xFFFF, _crossbar.State.Rows)) Fail(AimcTileError.Rows, rows);
        else if (!Lines.Fit(columns >> 16, columns & 0xFFFF, _crossbar.State.Columns)) Fail(AimcTileError.Columns, columns);
        else return true;
        return false;
    }

    private void StartOperation(Operation operation, ulong start, ulong end)
    {
        BecomeBusy(start);
        _operation = operation;
        _operationEnd = end;
        TellOfOperation(start);
    }

    private void FinishOperation(ulong time)
    {
        var isProgramming = _operation == Operation.Programming;
        if (isProgramming) _programmed = true;
        else _calibrated = true;
        _operation = Operation.None;
        _operationEnd = ulong.MaxValue;
        BecomeIdle(time);
        Raise(isProgramming ? Irq.ProgramDone : Irq.CalibrationDone);
        ReleaseWaiters(time);
    }

    private uint Progress(Operation operation, bool done) => (_operation == operation ? 1u : 0) | (done ? 2u : 0);

    private void SetAlpha(uint bits)
    {
        var alpha = BitConverter.UInt32BitsToSingle(bits);
        if (float.IsFinite(alpha)) _crossbar.State.Alpha = alpha;
        else Fail(AimcTileError.Value, bits);
    }

    private void AdvanceAge(uint bits, ulong time)
    {
        var seconds = BitConverter.UInt32BitsToSingle(bits);
        if (!IsIdle)
        {
            Fail(AimcTileError.Busy, AgeAdvance);
        }
        else if (!CanAge(seconds, time))
        {
            Fail(AimcTileError.Value, bits);
        }
        else
        {
            LetPass(seconds, time);
        }
    }

    private bool CanAge(double seconds, ulong time) => seconds >= 0 && AgeSecondsAt(time) + seconds <= OldestSeconds;

    private void LetPass(double seconds, ulong time)
    {
        _advancedSeconds += seconds;
        _crossbar.SetAge(AgeSecondsAt(time));
    }

    /// <summary>Seconds since programming, as of a cycle: simulated time plus what AGE_ADVANCE added.</summary>
    public double AgeSecondsAt(ulong time) =>
        _advancedSeconds + (time > _programmedAt ? time - _programmedAt : 0) / (double)_options.ClockHz;

    private void FollowDrift(ulong time)
    {
        var age = AgeSecondsAt(time);
        if (age + AgeOriginSeconds > (_crossbar.State.AgeSeconds + AgeOriginSeconds) * AgeStep) _crossbar.SetAge(age);
    }
}
