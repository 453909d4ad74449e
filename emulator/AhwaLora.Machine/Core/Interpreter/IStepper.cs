using AhwaLora.Machine.Core.Execution;

namespace AhwaLora.Machine.Core.Interpreter;

/// <summary>An interpreter as the translator uses it.</summary>
internal interface IStepper : IEngine
{
    /// <summary>True if no instruction has to be looked at before it executes: no probe, trigger or protection.</summary>
    bool IsUndisturbed { get; }

    /// <summary>Takes a pending interrupt and executes the instruction at pc; null to go on. Only while undisturbed.</summary>
    StopReason? Step(in RunWindow window);
}
