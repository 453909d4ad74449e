using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;

namespace AhwaLora.Machine.Order;

/// <summary>The machine as its scheduler sees it: its harts and devices, and what happens in a turn.</summary>
internal interface IScheduledMachine
{
    /// <summary>The harts, by mhartid.</summary>
    IReadOnlyList<Hart> Harts { get; }

    /// <summary>The devices that do something by themselves.</summary>
    IReadOnlyList<IClockedDevice> ClockedDevices { get; }

    /// <summary>How the guest ended the run; null while it goes on.</summary>
    RunResult? Result { get; }

    /// <summary>Instructions retired by all harts.</summary>
    ulong RetiredInstructions { get; }

    /// <summary>True if there is a request to stop that <see cref="TakeStop"/> has not taken yet.</summary>
    bool IsStopRequested { get; }

    /// <summary>Takes a request to stop; false if there is none.</summary>
    bool TakeStop();

    /// <summary>Writes the state that engines hold back to the harts, before anything reads it.</summary>
    void Settle();

    /// <summary>Lets a device do what it does in cycle <paramref name="time"/>.</summary>
    void Advance(IClockedDevice device, ulong time);

    /// <summary>Called after each event of a device and each round of the banks.</summary>
    void OnDeviceEvent();

    /// <summary>Runs a hart until it needs its turn, waits, or reaches a limit.</summary>
    StopReason RunHart(Hart hart, in RunWindow window, in RunLimits limits);

    /// <summary>Grants a hart the bank that it asks for, in cycle <paramref name="time"/>.</summary>
    void GrantBank(int hart, ulong time);
}
