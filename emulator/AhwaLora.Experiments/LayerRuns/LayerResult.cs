using AhwaLora.Experiments.Contract;

namespace AhwaLora.Experiments.LayerRuns;

/// <summary>The measurements that a layer app made of itself.</summary>
/// <param name="IsComplete">True if the run ended without an error.</param>
/// <param name="Harts">Harts that took part.</param>
/// <param name="TcdmBytes">Bytes of TCDM that the buffers take.</param>
/// <param name="Cycles">Cycles from the first token's transfer to the last result in RAM.</param>
/// <param name="StartCycle">Machine time at the start, in cycles.</param>
/// <param name="EndCycle">Machine time at the end, in cycles.</param>
/// <param name="Error">Exit code of a failed run; 0 for none.</param>
/// <param name="ErrorCause">The device's ERROR_CAUSE.</param>
/// <param name="ErrorArgument">The argument of the error, or the offending number.</param>
/// <param name="OutputCycle">Machine time at which the last chunk's output was complete in TCDM, in cycles.</param>
/// <param name="HartBusyCycles">Cycles that each hart spent in the LoRA products.</param>
public sealed record LayerResult(
    bool IsComplete, int Harts, uint TcdmBytes, uint Cycles, uint StartCycle, uint EndCycle, uint Error, uint ErrorCause, uint ErrorArgument, uint OutputCycle, IReadOnlyList<uint> HartBusyCycles)
{
    internal static LayerResult Of(in LayerResultRecord record)
    {
        var harts = (int)Math.Min(record.Harts, FirmwareLimits.Harts);
        return new LayerResult(
            IsComplete: record.Magic == LayerMarks.ResultMagic,
            Harts: harts,
            record.TcdmBytes,
            Cycles: record.EndCycle - record.StartCycle,
            record.StartCycle,
            record.EndCycle,
            record.Error,
            record.ErrorCause,
            record.ErrorArgument,
            record.OutputCycle,
            HartBusyCycles: record.HartBusy[..harts].ToArray());
    }
}
