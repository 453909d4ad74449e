using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Observe;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine;

/// <content>Events that mhpmcounters count (<see cref="HardwareEvent"/>), and the probes that observe the harts.</content>
public sealed partial class EmulatedMachine : IEventSource
{
    private readonly EventCounters _events;
    [Unsaved("an observer, which changes nothing")]
    private IProbe? _probe;

    /// <inheritdoc/>
    ulong IEventSource.Count(Hart hart, uint code) => HardwareEvent.Find(code) switch
    {
        null => 0,
        { Kind: EventSourceKind.Time } => hart.Time,
        { Kind: EventSourceKind.Retired } => hart.Retired,
        { Kind: EventSourceKind.Cause } of => _engines[hart.Id].Causes.Cycles[of.Index],
        { } of => _events.Of(hart, of.Index),
    };

    /// <inheritdoc/>
    bool IEventSource.Exists(uint code) => HardwareEvent.Find(code) is not null;

    /// <inheritdoc/>
    void IEventSource.SelectionChanged(Hart hart) => ConnectProbes(hart);

    private void ConnectProbes(Hart hart) =>
        _engines[hart.Id].Probe = ProbeList.Of(_probe, EventCounters.IsNeededBy(hart) ? _events : null);
}
