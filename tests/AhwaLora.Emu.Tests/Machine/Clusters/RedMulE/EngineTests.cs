using System.Globalization;
using System.Runtime.InteropServices;
using AhwaLora.Emu.Tests.Experiments.EngineBench;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using static AhwaLora.Emu.Tests.Machine.Clusters.RedMulE.EngineJobs;

namespace AhwaLora.Emu.Tests.Machine.Clusters.RedMulE;

/// <summary>The engine cycle by cycle: its accesses against the RTL's, its data path against chains of multiply-adds.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class EngineTests
{
    private readonly record struct Access(ulong Cycle, bool IsStore, uint FirstWord, ulong ByteEnables);

    public static TheoryData<string> Traces => [.. Directory.GetFiles(MeasuredEngineTests.Measured("traces")).Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Theory]
    [MemberData(nameof(Traces))]
    public void Every_access_comes_in_the_cycle_of_the_rtl(string name)
    {
        // trace_op_MxNxK_x_w_z, the last three the alignments.
        var parts = name.Split('_');
        int[] sizes = [.. parts[2].Split('x').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        uint[] align = [.. parts[3..].Select(part => uint.Parse(part, CultureInfo.InvariantCulture))];
        var operation = Enum.Parse<RedMulEOperation>(parts[1], ignoreCase: true);
        var job = new RedMulEJob { Shape = new(operation, sizes[0], sizes[1], sizes[2]), X = 0x10_0000 + align[0], W = 0x40_0000 + align[1], Z = 0x80_0000 + align[2] };

        var expected = File.ReadAllLines(Path.Combine(MeasuredEngineTests.Measured("traces"), name + ".csv")).Skip(1).Select(line => line.Split(',')).Select(cells =>
            new Access(ulong.Parse(cells[0], CultureInfo.InvariantCulture), cells[1] == "w", Hex(cells[2]), cells[3].Length == 0 ? 0 : ulong.Parse(cells[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        Assert.Equal(expected, AccessesOf(job));

        static uint Hex(string text) => uint.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>All accesses of a job that starts 34 cycles after its trigger.</summary>
    private static IEnumerable<Access> AccessesOf(RedMulEJob job)
    {
        var engine = new RedMulEEngine(RedMulEArray.Default, job, dataPath: null);
        while (!engine.IsDone)
        {
            var access = engine.Request();
            if (access.Channel != Channel.None)
            {
                yield return new Access(34 + engine.Cycle, access.IsStore, access.FirstWord, access.IsStore ? ((1UL << access.Bytes) - 1) << (int)(access.Address & 3) : 0);
            }

            engine.Clock(isGranted: true, memory: null);
        }
    }

    [Fact]
    public void Shapes_that_the_rule_calls_right_are_chains_in_the_data_path_too()
    {
        var random = new Random(1);
        var (right, ended) = (0, 0);
        for (var n = 0; n < 1200; n++)
        {
            var array = Arrays[n % Arrays.Length];
            var tiling = new Tiling(array, Shape(random, array));
            if (!ShapeRules.IsRight(tiling)) continue;
            var (memory, job) = (Memory(random, hasAny: n % 3 == 0), Job(tiling.Shape));
            var copy = CopyOf(memory);
            right++;
            if (JobTiming.Run(new RedMulEEngine(array, job, new DataPath(array)), null, Port(memory)).IsHung) continue;
            ended++;
            new ChainProduct(array, isHardware: true).Run(tiling, job, Port(copy));
            Assert.True(memory.Data.AsSpan().SequenceEqual(copy.Data), $"{tiling.Shape} on {array}");
        }

        Assert.InRange(ended, 250, right);
    }

    [Fact]
    public void Chains_are_those_of_the_definition()
    {
        var random = new Random(2);
        for (var n = 0; n < 120; n++)
        {
            var array = Arrays[n % Arrays.Length];
            var shape = Shape(random, array);
            var memory = Memory(random, hasAny: n % 2 == 0);
            var expected = PlainResult(array, shape, memory);
            var before = CopyOf(memory);
            new ChainProduct(array, isHardware: false).Run(new Tiling(array, shape), Job(shape), Port(memory));
            Assert.Equal(expected, MemoryMarshal.Cast<byte, ushort>(memory.Data.AsSpan((int)Z, 2 * expected.Length)).ToArray());
            Assert.True(memory.Data.AsSpan((int)Z + 2 * expected.Length).SequenceEqual(before.Data.AsSpan((int)Z + 2 * expected.Length)), "the rows after row M stay");
        }
    }

    [Fact]
    public void Rows_up_to_a_multiple_of_the_arrays_are_overwritten()
    {
        var random = new Random(3);
        var memory = Memory(random, hasAny: false);
        var before = CopyOf(memory);
        var shape = new RedMulEShape(RedMulEOperation.Gemm, 13, 32, 16);
        JobTiming.Run(new RedMulEEngine(RedMulEArray.Default, Job(shape), new DataPath(RedMulEArray.Default)), null, Port(memory));
        var (firstAfter, lastAfter) = ((int)Z + 2 * 13 * 16, (int)Z + 2 * 24 * 16);
        Assert.False(memory.Data.AsSpan(firstAfter, lastAfter - firstAfter).SequenceEqual(before.Data.AsSpan(firstAfter, lastAfter - firstAfter)));
        Assert.True(memory.Data.AsSpan(lastAfter).SequenceEqual(before.Data.AsSpan(lastAfter)));
    }

    [Fact]
    public void An_engine_that_stands_still_while_it_is_denied_is_late_by_the_denied_cycles()
    {
        var random = new Random(4);
        for (var n = 0; n < 100; n++)
        {
            var array = Arrays[n % Arrays.Length];
            var shape = Shape(random, array) with { Operation = RedMulEOperation.Gemm };
            if (JobTiming.Run(new RedMulEEngine(array, Job(shape), null), null, null) is not { IsHung: false } ideal) continue;
            var denied = JobTiming.Run(new RedMulEEngine(array, Job(shape), null), (_, _) => random.Next(10) < 5, null, isHardware: false);
            Assert.Equal(ideal with { Cycles = ideal.Cycles + denied.Denied, Denied = denied.Denied }, denied);
        }
    }
}
