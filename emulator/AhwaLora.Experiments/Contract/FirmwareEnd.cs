using System.Globalization;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Programs;

namespace AhwaLora.Experiments.Contract;

/// <summary>
/// What an exit code of the product's own firmware means. Programs of the user's may end with the same numbers, so a code is named only if
/// the program shows that it is the firmware's: the layer apps leave it in <c>layer_result</c>, and the start-up code ends in <c>ahwa_trap</c>.
/// </summary>
public static class FirmwareEnd
{
    private const string TrapFunction = "ahwa_trap";
    private const uint CauseBits = 31, Interrupt = 1u << 31;

    /// <summary>The exit code by name, in one line; null if the run did not fail, or the code is the program's own.</summary>
    public static string? Describe(ProgramRun run)
    {
        if (run.Result is not { Reason: ExitReason.Exit, Code: not 0 } result) return null;
        var (isLayer, details) = Layer(run, result.Code);
        if (!isLayer && !IsTrap(run, result)) return null;
        return FirmwareExits.Describe(result.Code) is { } name ? string.Create(CultureInfo.InvariantCulture, $"exit code {result.Code}: {name}{details}") : null;
    }

    private static (bool Is, string Details) Layer(ProgramRun run, int code)
    {
        var map = RecordMap.Of(typeof(LayerResultRecord));
        if (!run.Image.TryGetSymbol(map.Symbol!, out var symbol) || symbol.Size != map.Bytes) return default;
        var bytes = run.Machine.Space.ReadBlock(symbol.Value, map.Bytes);
        if (bytes.IsEmpty) return default;
        var record = RecordBytes.Read<LayerResultRecord>(bytes);
        return ((int)record.Error == code, string.Create(CultureInfo.InvariantCulture, $" (cause {record.ErrorCause}, argument 0x{record.ErrorArgument:x})"));
    }

    private static bool IsTrap(ProgramRun run, RunResult result)
    {
        var hart = run.Machine.Harts[result.Hart];
        var first = (hart.Mcause & Interrupt) != 0 ? FirmwareExit.Interrupt : FirmwareExit.Trap;
        return hart.IsInTrap && run.Image.TryGetSymbol(TrapFunction, out _) && result.Code == (int)first + (int)(hart.Mcause & CauseBits);
    }
}
