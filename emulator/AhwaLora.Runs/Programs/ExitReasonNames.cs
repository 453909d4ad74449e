using AhwaLora.Machine.Order;

namespace AhwaLora.Runs.Programs;

/// <summary>What a run's end is called if the run is a program's own.</summary>
public static class ExitReasonNames
{
    /// <summary>The name, as in <c>Exit</c>. Nobody outside would wake the harts of a program: if all of them wait, it is a deadlock.</summary>
    public static string OfProgram(ExitReason reason) => reason == ExitReason.AllWaiting ? "Deadlock" : reason.ToString();
}
