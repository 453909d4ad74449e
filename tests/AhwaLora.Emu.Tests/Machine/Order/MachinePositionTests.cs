using AhwaLora.Machine.Order;

namespace AhwaLora.Emu.Tests.Machine.Order;

/// <summary>Places in the machine's order.</summary>
public sealed class MachinePositionTests
{
    private static readonly MachinePosition[] Positions =
    [
        default, new(1, 0, 0), new(0, 1, 0), new(0, 0, 1), new(1, 1, 0), new(1, 0, 1), new(0, 1, 1), new(2, 0, 0), new(0, 0, 2), new(ulong.MaxValue, 0, 0),
    ];

    [Fact]
    public void Equality_and_order_agree_for_any_two_positions()
    {
        foreach (var a in Positions)
        {
            foreach (var b in Positions)
            {
                Assert.Equal(a == b, a <= b && a >= b);
                Assert.Equal(a == b, a.CompareTo(b) == 0);
                Assert.Equal(a != b, a < b || a > b);
                Assert.Equal(a < b, b > a);
                Assert.Equal(a <= b, !(a > b));
                Assert.Equal(a >= b, !(a < b));
            }
        }
    }

    [Fact]
    public void More_that_has_happened_is_later()
    {
        Assert.True(new MachinePosition(9, 0, 0) < new MachinePosition(0, 4, 6));
        Assert.True(new MachinePosition(0, 4, 6) < new MachinePosition(11, 0, 0));
    }
}
