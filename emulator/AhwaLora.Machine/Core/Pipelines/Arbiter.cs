using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>An arbiter that may hold its choice: after a refusal, it considers only the refused requests until it grants one of them.</summary>
public struct Arbiter
{
    /// <summary>The tree's pointer (<see cref="RoundRobin"/>).</summary>
    public int Pointer;

    /// <summary>Requests that were refused; 0 for none.</summary>
    public uint Held;

    /// <summary>The requests that it considers, given those of this cycle.</summary>
    public readonly uint Seen(uint requests) => Held != 0 ? Held : requests;

    /// <summary>Ends the cycle in which the requests <paramref name="seen"/> were considered and the winner was granted or refused.</summary>
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
