using AhwaLora.Analog.Crossbar;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.Aimc;

// All that a snapshot holds of a tile, in the order of the fields' declarations.
public sealed partial class AimcTile
{
    /// <inheritdoc/>
    public void Transfer(StateStream state)
    {
        TransferControl(state);
        TransferJobs(state);
        TransferDevices(state);
        TransferCrossbar(state);
        _interrupt.Transfer(state);
    }

    private void TransferControl(StateStream state)
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

    private void TransferJobs(StateStream state)
    {
        foreach (var context in _contexts) context.Transfer(state);
        state.Array(_contextOfJob);
        state.Field(ref _triggered);
        state.Field(ref _finished);
        state.Field(ref _finishedTag);
        _streamIn.Transfer(state);
        _streamOut.Transfer(state);
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

    private void TransferDevices(StateStream state)
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

    private void TransferCrossbar(StateStream state)
    {
        var crossbar = _crossbar.State;
        TransferPlane(state, crossbar.Plus);
        TransferPlane(state, crossbar.Minus);
        state.Array(crossbar.Weights);
        TransferProgrammings(state, crossbar.Programmings);
        state.Field(ref crossbar.AgeSeconds);
        state.Field(ref crossbar.NextEvent);
        state.Field(ref crossbar.ReferenceResponse);
        state.Field(ref crossbar.Alpha);
    }

    private static void TransferProgrammings(StateStream state, List<Programming> programmings)
    {
        var count = programmings.Count;
        state.Field(ref count);
        if (!state.IsSaving) programmings.Clear();
        for (var i = 0; i < count; i++)
        {
            var (region, scale, weight, olderBy) = state.IsSaving ? programmings[i] : new Programming(default, [], [], 0);
            TransferRegion(state, ref region);
            state.Field(ref olderBy);
            if (!state.IsSaving) (scale, weight) = (new float[region.Columns], new float[region.Columns]);
            state.Array(scale);
            state.Array(weight);
            if (!state.IsSaving) programmings.Add(new(region, scale, weight, olderBy));
        }
    }

    private static void TransferRegion(StateStream state, ref Region region)
    {
        var (firstRow, rows, firstColumn, columns) = region;
        state.Field(ref firstRow);
        state.Field(ref rows);
        state.Field(ref firstColumn);
        state.Field(ref columns);
        region = new Region(firstRow, rows, firstColumn, columns);
    }

    private static void TransferPlane(StateStream state, DevicePlane plane)
    {
        state.Array(plane.Target);
        state.Array(plane.Programmed);
        state.Array(plane.DriftExponent);
        state.Array(plane.Read);
    }
}
