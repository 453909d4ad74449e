using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Order;

/// <summary>A port that takes several banks at once: its request in this cycle, and whose turn it is.</summary>
/// <param name="master">The master whose only port it is.</param>
/// <param name="owner">Its owner, for the counts of conflicts.</param>
internal sealed class WidePort(IBankMaster master, int owner) : IStateful
{
    private int _wins;

    /// <summary>The master whose only port it is.</summary>
    [field: Unsaved("fixed when the machine is built")]
    public IBankMaster Master { get; } = master;

    /// <summary>Its owner, for the counts of conflicts.</summary>
    public int Owner => owner;

    /// <summary>Number of banks that it asks for in this cycle; 0 for no request.</summary>
    [field: Unsaved("holds requests within one cycle")]
    public int Banks { get; set; }

    /// <summary>The first of these banks.</summary>
    [field: Unsaved("holds requests within one cycle")]
    public int FirstBank { get; set; }

    /// <summary>True if the others go first in this cycle.</summary>
    public bool Yields => Master.Priority.MostWins is { } most && _wins >= most;

    /// <summary>It has its banks in this cycle.</summary>
    /// <param name="othersWait">True if others asked for one of them.</param>
    public void Won(bool othersWait)
    {
        if (Master.Priority.MostWins is null) return;
        if (othersWait) _wins++;
        else if (Master.Priority.GoesFirst) _wins = 0;
    }

    /// <summary>The others went first.</summary>
    public void Lost() => _wins = 0;

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state) => state.Field(ref _wins);
}
