using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Observe;

/// <summary>Counts events that only a probe can see. It is attached to a hart only while one of its counters selects such an event, so that other harts pay nothing.</summary>
internal sealed class EventCounters : IProbe, IStateful
{
    private const int Count = (int)Occurrence.Offload + 1;

    private readonly ulong[] _counts;

    public EventCounters(int harts) => _counts = new ulong[harts * Count];

    /// <summary>True if a counter of the hart selects an event that is counted here.</summary>
    public static bool IsNeededBy(Hart hart)
    {
        foreach (var code in hart.Mhpmevent)
        {
            if (code != 0 && HardwareEvent.Find(code)?.Kind == EventSourceKind.Probe) return true;
        }

        return false;
    }

    public ulong Of(Hart hart, int occurrence) => _counts[hart.Id * Count + occurrence];

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction) => true;

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
        Add(hart, Occurrence.Load);
        AddBankAccess(hart, address);
    }

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
        Add(hart, Occurrence.Store);
        AddBankAccess(hart, address);
    }

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
        var row = instruction.Row;
        if (instruction.Length == 2) Add(hart, Occurrence.Compressed);
        if (row.IsFloat) Add(hart, Occurrence.FloatInstruction);
        switch (row.Unit)
        {
            case Unit.Jump:
                Add(hart, Occurrence.Jump);
                break;
            case Unit.Branch:
                Add(hart, Occurrence.Branch);
                if (hart.Pc != pc + instruction.Length) Add(hart, Occurrence.TakenBranch);
                break;
            case Unit.Multiply or Unit.MultiplyHigh or Unit.Divide:
                Add(hart, Occurrence.Offload);
                break;
            case Unit.FloatAddMultiply or Unit.FloatConvert or Unit.FloatDivide or Unit.FloatSquareRoot or Unit.FloatNonComputational or Unit.FloatDotProduct:
                Add(hart, Occurrence.FloatOperation);
                Add(hart, Occurrence.Offload);
                break;
            case Unit.Load or Unit.Store when row.IsFloat:
                Add(hart, Occurrence.Offload);
                break;
        }
    }

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc)
    {
    }

    /// <inheritdoc/>
    public void SaveOrRestore(StateStream state) => state.Array(_counts);

    private void Add(Hart hart, Occurrence occurrence) => _counts[hart.Id * Count + (int)occurrence]++;

    private void AddBankAccess(Hart hart, uint address)
    {
        if (hart.Space.FindMemory(address, 1)?.Banks > 0) Add(hart, Occurrence.BankAccess);
    }
}
