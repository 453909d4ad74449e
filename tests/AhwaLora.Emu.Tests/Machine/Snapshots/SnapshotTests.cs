using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.Snapshots;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Snapshots;

/// <summary>What goes on from a snapshot is what would have gone on without it, in every bit of state.</summary>
[Trait(Traits.Engine, Traits.Any)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class SnapshotTests
{
    private const int PointsPerCase = 20, FuzzedStates = 250;
    private static readonly byte[] Program = [1, 2, 3];

    // Every point saves and restores all memory and digests it three times; layers need these 18 MiB of it.
    private static readonly PlatformDescription SmallMemory = new()
    {
        Harts = 4,
        Memories = [.. new PlatformDescription().Memories.Select(m => m.Name == "ram" ? m with { Size = 18 << 20 } : m)],
    };

    [Theory]
    [InlineData("sequential", "functional", Contention.None)]
    [InlineData("double-buffered", "functional", Contention.None)]
    [InlineData("double-buffered", "cv32e40p", Contention.Exact)]
    [InlineData("sequential", "snitch", Contention.Exact)]
    [InlineData("eager", "cv32e40p", Contention.None)]
    [InlineData("deep", "functional", Contention.Exact)]
    public void A_restored_run_ends_in_the_same_state(string strategy, string timing, Contention contention)
    {
        EmulatedMachine Build() => BuildLayer(strategy, timing, contention);
        var whole = Build();
        whole.Run(RunLimits.None);
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), whole.Result);
        var expected = DigestOf(whole);

        var random = new Random(7);
        for (var point = 0; point < PointsPerCase; point++)
        {
            var instructions = (ulong)random.NextInt64((long)whole.RetiredInstructions);
            var stopped = Build();
            stopped.Run(RunLimits.None with { MaxInstructions = instructions });
            var file = Save(stopped);

            var restored = Build();
            SnapshotFile.Restore(restored, Program, new MemoryStream(file));
            Assert.Equal(DigestOf(stopped), DigestOf(restored));
            restored.Run(RunLimits.None);
            Assert.True(expected == DigestOf(restored), $"restored after {instructions} instructions");
        }
    }

    [Fact]
    public void A_hart_that_waits_for_its_turn_to_end_the_run_still_does()
    {
        var platform = new PlatformDescription { Harts = 2, Memories = [new MemoryDescription { Name = "ram", Base = 0x8000_0000, Size = 1 << 20 }], Aimc = null };
        EmulatedMachine Build() => TestMachine.Assemble("csrr s0, mhartid\nbeqz s0, done\n1: j 1b", platform).Machine;
        var whole = Build();
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), whole.Run(RunLimits.None));
        for (var instructions = 0UL; instructions < whole.RetiredInstructions; instructions++)
        {
            var stopped = Build();
            stopped.Run(RunLimits.None with { MaxInstructions = instructions });
            var restored = Build();
            SnapshotFile.Restore(restored, Program, new MemoryStream(Save(stopped)));
            restored.Run(RunLimits.None);
            Assert.Equal(DigestOf(whole), DigestOf(restored));
        }
    }

    [Fact]
    public void Stopping_a_run_does_not_change_what_follows()
    {
        var whole = BuildLayer("double-buffered", "cv32e40p", Contention.None);
        whole.Run(RunLimits.None);
        var stopped = BuildLayer("double-buffered", "cv32e40p", Contention.None);
        var random = new Random(11);
        while (stopped.Result is null)
        {
            if (random.Next(2) == 0) stopped.Run(RunLimits.None with { MaxInstructions = stopped.RetiredInstructions + (ulong)random.Next(3000) });
            else stopped.Run(RunLimits.None with { MaxCycles = stopped.Cycles + (ulong)random.Next(3000) });
        }

        Assert.Equal(DigestOf(whole), DigestOf(stopped));
    }

    [Fact]
    public void A_used_machine_restores_as_well_as_a_fresh_one()
    {
        var machine = BuildLayer("sequential", "functional", Contention.None);
        machine.Run(RunLimits.None with { MaxInstructions = 5000 });
        var (file, digest) = (Save(machine), DigestOf(machine));
        machine.Run(RunLimits.None);
        SnapshotFile.Restore(machine, Program, new MemoryStream(file));
        Assert.Equal(digest, DigestOf(machine));
    }

    [Fact]
    public void Any_damage_is_noticed_and_changes_nothing()
    {
        var machine = BuildLayer("sequential", "functional", Contention.None);
        var file = Save(machine);
        machine.Run(RunLimits.None with { MaxInstructions = 3000 });
        var before = DigestOf(machine);
        var random = new Random(3);
        for (var n = 0; n < 100; n++)
        {
            var damaged = (byte[])file.Clone();
            if (n % 2 == 0) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            else damaged = damaged[..random.Next(damaged.Length)];
            Assert.Throws<SnapshotException>(() => SnapshotFile.Restore(machine, Program, new MemoryStream(damaged)));
        }

        Assert.Equal(before, DigestOf(machine));
    }

    /// <summary>Whoever changes the state computes the digest again: it is refused in a line, or the run that goes on keeps its limits.</summary>
    [Theory]
    [InlineData("double-buffered", "functional", Contention.None)]
    [InlineData("double-buffered", "snitch", Contention.Exact)]
    [InlineData("eager", "cv32e40p", Contention.Exact)]
    public void A_state_that_was_changed_by_hand_is_refused_or_keeps_the_limits(string strategy, string timing, Contention contention)
    {
        var machine = BuildLayer(strategy, timing, contention);
        machine.Run(RunLimits.None with { MaxInstructions = 9000 });
        using var beside = new MemoryStream();
        machine.SaveOrRestoreBesideMemory(new StateStream(beside, saving: true));
        var good = Save(machine);
        var random = new Random(11);
        for (var n = 0; n < FuzzedStates; n++)
        {
            var changed = Changed(good, state =>
            {
                // Most of the state is conductances; what is small stands at the end.
                for (var bytes = random.Next(1, 5); bytes > 0; bytes--) state[^(int)Math.Pow(beside.Length, random.NextDouble())] = (byte)(random.Next(3) == 0 ? 0xff : random.Next(256));
                return n % 8 == 0 ? state[..random.Next(state.Length)] : state;
            });
            try
            {
                SnapshotFile.Restore(machine, Program, new MemoryStream(changed));
                machine.Run(new RunLimits(machine.Cycles + 5000, machine.RetiredInstructions + 5000));
            }
            catch (Exception e) when (e is SnapshotException || SnapshotFile.IsContradiction(e))
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        SnapshotFile.Restore(machine, Program, new MemoryStream(good));
        Assert.Equal(new RunResult(ExitReason.Exit, 0, 0), machine.Run(RunLimits.None));
    }

    /// <summary>A snapshot whose state is changed, with the digest of what it then holds.</summary>
    private static byte[] Changed(byte[] file, Func<byte[], byte[]> change)
    {
        var begin = 16 + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12)) + 2 * SHA256.HashSizeInBytes;
        using var state = new MemoryStream();
        using (var unpack = new BrotliStream(new MemoryStream(file[begin..]), CompressionMode.Decompress)) unpack.CopyTo(state);
        using var packed = new MemoryStream();
        using (var pack = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true)) pack.Write(change(state.ToArray()));
        return [.. file[..(begin - SHA256.HashSizeInBytes)], .. SHA256.HashData(packed.ToArray()), .. packed.ToArray()];
    }

    [Fact]
    public void A_snapshot_of_another_program_or_options_is_refused()
    {
        var file = Save(BuildLayer("sequential", "functional", Contention.None));
        var same = BuildLayer("sequential", "functional", Contention.None);
        Assert.Contains("another program", Assert.Throws<SnapshotException>(() => SnapshotFile.Restore(same, [9], new MemoryStream(file))).Message, StringComparison.Ordinal);
        var other = BuildLayer("sequential", "cv32e40p", Contention.None);
        Assert.Throws<SnapshotException>(() => SnapshotFile.Restore(other, Program, new MemoryStream(file)));
        var text = Assert.Throws<SnapshotException>(() => SnapshotFile.Restore(same, Program, new MemoryStream("no snapshot at all"u8.ToArray())));
        Assert.Equal("is not a snapshot", text.Message);
    }

    [Fact]
    public void A_snapshot_of_an_older_format_is_refused_by_name()
    {
        var machine = BuildLayer("sequential", "functional", Contention.None);
        var file = Save(machine);
        const int VersionAt = 8; // after the magic
        Assert.Equal(SnapshotFile.FormatVersion, BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(VersionAt)));
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(VersionAt), 4);
        var error = Assert.Throws<SnapshotException>(() => SnapshotFile.Restore(machine, Program, new MemoryStream(file)));
        Assert.Equal($"has snapshot format 4; this version reads format {SnapshotFile.FormatVersion}: save it again", error.Message);
    }

    private static EmulatedMachine BuildLayer(string strategy, string timing, Contention contention) => LayerRun.Build(
        LayerData.Generate(new LayerShape(Inputs: 16, Outputs: 16, Rank: 4, Tokens: 8, Chunk: 4), seed: 5),
        LayerStrategy.All.First(s => s.Name == strategy),
        SmallMemory,
        new MachineOptions { Engine = TestMachine.Engine, Timing = TimingProfile.Named(timing), Contention = contention, HotThreshold = 16 });

    private static byte[] Save(EmulatedMachine machine)
    {
        var stream = new MemoryStream();
        SnapshotFile.Save(machine, Program, stream);
        return stream.ToArray();
    }

    private static string DigestOf(EmulatedMachine machine)
    {
        var stream = new MemoryStream();
        machine.SaveOrRestore(new StateStream(stream, saving: true));
        return Convert.ToHexString(SHA256.HashData(stream.ToArray()));
    }
}
