using AhwaLora.Analog.Crossbar;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

// All that a snapshot holds of a tile, in the order of the fields' declarations.
public sealed partial class AimcTile
{
    private const int MostProgrammings = 1 << 20;

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state)
    {
        SaveOrRestoreControl(state);
        SaveOrRestoreJobs(state);
        SaveOrRestoreDevices(state);
        SaveOrRestoreCrossbar(state);
        _interrupt.SaveOrRestore(state);
    }

    private void SaveOrRestoreControl(StateStream state)
    {
        state.Field(ref _irqEnable);
        state.Field(ref _irqStatus);
        state.Field(ref _tIntNs);
        state.Field(ref _errorCause);
        state.Field(ref _errorArgument);
        state.Array(_saturated);
        state.Array(_lastJob);
        state.Array(_jobToWaitFor);
        state.Array(_waiting);
        state.Array(_counters);
        state.Field(ref _busySince);
        state.Field(ref _idleSince);
    }

    private void SaveOrRestoreJobs(StateStream state)
    {
        foreach (var context in _contexts) context.SaveOrRestore(state);
        state.Array(_contextOfJob);
        state.Field(ref _triggered);
        state.Field(ref _finished);
        state.Field(ref _finishedTag);
        _streamIn.SaveOrRestore(state);
        _streamOut.SaveOrRestore(state);
        foreach (var buffer in _inputs) state.Array(buffer);
        foreach (var buffer in _outputs) state.Array(buffer);
        state.Field(ref _integrateEnd);
        state.Field(ref _passes);
        state.Field(ref _fetchJob);
        state.Field(ref _fetchVector);
        state.Field(ref _inStarted);
        state.Field(ref _inFinished);
        state.Field(ref _integrateStarted);
        state.Field(ref _integrateFinished);
        state.Field(ref _outStarted);
        state.Field(ref _outFinished);
        state.Array(_jobOf);
        state.Array(_vectorOf);
        state.Array(_refused);
    }

    private void SaveOrRestoreDevices(StateStream state)
    {
        state.Field(ref _operation);
        state.Field(ref _operationEnd);
        state.Array(_operands);
        state.Field(ref _programmed);
        state.Field(ref _calibrated);
        state.Field(ref _rmsErrorMicroSiemens);
        state.Field(ref _response);
        state.Field(ref _pulses);
        state.Field(ref _advancedSeconds);
        state.Field(ref _programmedAt);
    }

    private void SaveOrRestoreCrossbar(StateStream state)
    {
        var crossbar = _crossbar.State;
        SaveOrRestorePlane(state, crossbar.Plus);
        SaveOrRestorePlane(state, crossbar.Minus);
        state.Array(crossbar.Weights);
        SaveOrRestoreProgrammings(state, crossbar);
        state.Field(ref crossbar.AgeSeconds);
        state.Field(ref crossbar.NextEvent);
        state.Field(ref crossbar.ReferenceResponse);
        state.Field(ref crossbar.Alpha);
    }

    private static void SaveOrRestoreProgrammings(StateStream state, CrossbarState crossbar)
    {
        var programmings = crossbar.Programmings;
        var count = programmings.Count;
        state.Count(ref count, MostProgrammings);
        if (!state.IsSaving) programmings.Clear();
        for (var i = 0; i < count; i++)
        {
            var (region, scale, weight, olderBy) = state.IsSaving ? programmings[i] : new Programming(default, [], [], 0);
            SaveOrRestoreRegion(state, ref region);
            state.Require(Lies(region.FirstRow, region.Rows, crossbar.Rows) && Lies(region.FirstColumn, region.Columns, crossbar.Columns));
            state.Field(ref olderBy);
            if (!state.IsSaving) (scale, weight) = (new float[region.Columns], new float[region.Columns]);
            state.Array(scale);
            state.Array(weight);
            if (!state.IsSaving) programmings.Add(new(region, scale, weight, olderBy));
        }
    }

    private static bool Lies(int first, int count, int size) => first >= 0 && count > 0 && (long)first + count <= size;

    private static void SaveOrRestoreRegion(StateStream state, ref CrossbarPart region)
    {
        var (firstRow, rows, firstColumn, columns) = region;
        state.Field(ref firstRow);
        state.Field(ref rows);
        state.Field(ref firstColumn);
        state.Field(ref columns);
        region = new CrossbarPart(firstRow, rows, firstColumn, columns);
    }

    private static void SaveOrRestorePlane(StateStream state, DevicePlane plane)
    {
        state.Array(plane.Target);
        state.Array(plane.Programmed);
        state.Array(plane.DriftExponent);
        state.Array(plane.Read);
    }
}
