using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>An arbiter that may hold its choice: once refused, the same requests stand until one is granted.</summary>
public struct Arbiter
{
    /// <summary>The tree's pointer (<see cref="RoundRobin"/>).</summary>
    public int Pointer;

    /// <summary>Requests that were refused; 0 for none.</summary>
    public uint Held;

    /// <summary>The requests it looks at, given those of this cycle.</summary>
    public readonly uint Seen(uint requests) => Held != 0 ? Held : requests;

    /// <summary>Ends the cycle in which <paramref name="seen"/> was looked at and the winner granted or refused.</summary>
    public void End(uint seen, bool granted)
    {
        if (seen != 0 && granted) Pointer = RoundRobin.Next(seen, Pointer);
        Held = granted ? 0 : seen;
    }

    internal void SaveOrRestore(StateStream state)
    {
        state.Field(ref Pointer);
        state.Field(ref Held);
    }
}
