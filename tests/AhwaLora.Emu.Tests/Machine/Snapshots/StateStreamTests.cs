using AhwaLora.Emu.Tests.Machine.Devices;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Snapshots;

/// <summary>The bytes of a snapshot follow from the values of fields alone: numbers are little-endian and lie without gaps.</summary>
public sealed class StateStreamTests
{
    private enum Narrow : byte
    {
        Two = 2,
    }

    [Fact]
    public void Numbers_are_little_endian()
    {
        var bytes = Saved(state =>
        {
            state.Array([0x0102_0304u]);
            state.Array([0x1112_1314_1516_1718ul]);
            state.Array([-2]);
            state.Array([1.5f]);
            state.Array([true, false]);
            state.Array([Narrow.Two]);
            var single = -1.5f;
            state.Field(ref single);
            var wide = 0x2122_2324_2526_2728ul;
            state.Field(ref wide);
        });
        Assert.Equal("04030201" + "1817161514131211" + "feffffff" + "0000c03f" + "0100" + "02" + "0000c0bf" + "2827262524232221", Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Values_of_several_fields_have_no_gaps()
    {
        // In memory an Offload has padding that nothing ever sets.
        var offload = new Offload(0xf1f2_f3f4, OffloadKind.DivideSqrt, Tag: 3, Latency: 4, IsDirect: true, ExtraCycles: 5, Granted: 6) { Slice = 7, IsDeferred = true, Rounding = 8, Word = 9, Operand = 10, Flags = 11 };
        var bytes = Saved(state => state.Array([offload], Offload.SaveOrRestore));
        Assert.Equal("f4f3f2f1" + "01000000" + "03" + "04" + "01000000" + "05000000" + "0600000000000000" + "07" + "01000000" + "08" + "09000000" + "0a000000" + "0b", Convert.ToHexStringLower(bytes));

        Offload[] restored = [default];
        using var stream = new MemoryStream(bytes);
        new StateStream(stream, saving: false).Array(restored, Offload.SaveOrRestore);
        Assert.Equal(offload, restored[0]);
    }

    [Fact]
    public void A_queue_is_saved_alike_wherever_its_ring_stands()
    {
        HardwareQueue<MemoryRequest> Queue() => new(2, MemoryRequest.SaveOrRestore);
        MemoryRequest first = new(1, 2, 3, IsFloat: true), second = new(4, 5, 6, IsFloat: false);
        var (fresh, used) = (Queue(), Queue());
        for (var n = 0; n < 40; n++)
        {
            used.Push(new MemoryRequest(99, 99, 99, IsFloat: true));
            used.Pop();
        }

        foreach (var queue in new[] { fresh, used })
        {
            queue.Push(first);
            queue.Push(second);
        }

        Assert.Equal(fresh.Save(), used.Save());
        var restored = Queue();
        restored.Restore(used.Save());
        Assert.Equal((2, first, second), (restored.Count, restored[0], restored[1]));
    }

    private static byte[] Saved(Action<StateStream> pass)
    {
        using var stream = new MemoryStream();
        pass(new StateStream(stream, saving: true));
        return stream.ToArray();
    }
}
