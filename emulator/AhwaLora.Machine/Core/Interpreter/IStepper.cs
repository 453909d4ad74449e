using AhwaLora.Machine.Core.Execution;

namespace AhwaLora.Machine.Core.Interpreter;

/// <summary>The interface of an interpreter that the translator uses.</summary>
internal interface IStepper : IEngine
{
    /// <summary>True if no instruction must be checked before it executes: there is no probe, trigger or protection.</summary>
    bool IsUndisturbed { get; }

    /// <summary>Takes a pending interrupt and executes the instruction at pc. Returns null if the run goes on. Call it only while the run is undisturbed.</summary>
    StopReason? Step(in RunWindow window);
}
