using AhwaLora.Common.Settings;
using AhwaLora.Machine;
using AhwaLora.Machine.Bus;

namespace AhwaLora.Runs.Programs;

/// <summary>
/// Notices a store into the guard below a stack, in every run, at no cost to the guest: the granules of the guards are watched, and no
/// others. What it cannot see is a frame that is larger than the guard and leaves it alone; <see cref="StackCheck"/> sees that too.
/// </summary>
public sealed class StackGuard
{
    private readonly StackMap _stacks;
    private readonly int _harts, _guards;

    private StackGuard(EmulatedMachine machine, StackMap stacks)
    {
        (_stacks, _harts) = (stacks, machine.Harts.Count);
        _guards = Math.Min(_harts, stacks.Count);
        foreach (var hart in machine.Harts.Take(_guards))
        {
            if (hart.Space.FindMemory(GuardOf(hart.Id), stacks.GuardBytes) is { } memory) memory.AddWatch(GuardOf(hart.Id), stacks.GuardBytes, Watch.StackGuard);
        }

        foreach (var memory in machine.Memories) memory.Stored += OnStored;
    }

    /// <summary>The first store: who made it, and where; null if there was none.</summary>
    public (int Hart, int StackOf, uint Address)? Overflow { get; private set; }

    /// <summary>Guards the stacks of a machine; null if they have no guards.</summary>
    public static StackGuard? Of(EmulatedMachine machine, StackMap? stacks) => stacks is null or { GuardBytes: 0 } ? null : new StackGuard(machine, stacks);

    /// <summary>The overflow in one line; null if there was none.</summary>
    public SettingText? Describe() => Overflow is { } found
        ? new($"hart {found.Hart} stored at 0x{found.Address:x8}, below the stack of hart {found.StackOf}, which has {_stacks.Bytes:N0} bytes: make STACK_BYTES of memory.ld larger, or the frames smaller")
        : null;

    private uint GuardOf(int hart) => _stacks.BottomOf(hart) - _stacks.GuardBytes;

    private void OnStored(MemoryRegion region, uint address, uint bytes, Watch kinds, int initiator)
    {
        if (Overflow is not null || (kinds & Watch.StackGuard) == 0 || (uint)initiator >= (uint)_harts) return;
        var stack = (int)((address - _stacks.Start) / _stacks.Stride);
        if (stack < _guards && address - GuardOf(stack) < _stacks.GuardBytes) Overflow = (initiator, stack, address);
    }
}
