using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Bus;

/// <summary>A level-sensitive interrupt line from a device to the receiver that the machine connected.</summary>
public sealed class InterruptLine : IStateful
{
    [Unsaved("fixed when the machine is built")]
    private readonly Action<bool> _changed;

    /// <summary>A line that reports each change of its level.</summary>
    public InterruptLine(Action<bool> changed) => _changed = changed;

    /// <summary>A line that is not connected.</summary>
    public static InterruptLine Unconnected() => new(static _ => { });

    /// <summary>Current level.</summary>
    public bool Level { get; private set; }

    /// <summary>Drives the line.</summary>
    public void Set(bool level)
    {
        if (level == Level) return;
        Level = level;
        _changed(level);
    }

    /// <summary>Saves or restores the level; restoring drives the line again.</summary>
    public void SaveOrRestore(StateStream state)
    {
        var level = Level;
        state.Field(ref level);
        Set(level);
    }
}
