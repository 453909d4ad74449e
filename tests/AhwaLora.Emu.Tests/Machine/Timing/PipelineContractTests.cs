using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.State;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>What every pipeline promises an engine, on instructions at random.</summary>
public sealed class PipelineContractTests
{
    private const int Steps = 20_000;

    public static TheoryData<string> Profiles { get; } = [.. TimingProfile.All.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Time_goes_on_and_every_cycle_has_a_cause(string profile) => TimingProfile.Named(profile).Build(new AccountingCheck());

    [Theory]
    [MemberData(nameof(Profiles))]
    public void Nothing_is_allocated(string profile) => Assert.Equal(0, TimingProfile.Named(profile).Build(new AllocationCheck()));

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_saved_state_goes_on_like_the_original(string profile)
    {
        var original = TimingProfile.Named(profile).Build(new Boxed());
        var copy = TimingProfile.Named(profile).Build(new Boxed());
        var program = RandomInstructions(1);
        foreach (var i in program) Offer(original.Pipeline, i, late: 0);
        var snapshot = new MemoryStream();
        original.State.SaveOrRestore(new StateStream(snapshot, saving: true));
        snapshot.Position = 0;
        copy.State.SaveOrRestore(new StateStream(snapshot, saving: false));
        foreach (var i in program)
        {
            Offer(original.Pipeline, i, late: 1);
            Offer(copy.Pipeline, i, late: 1);
            Assert.Equal(original.Pipeline.Time, copy.Pipeline.Time);
        }

        Assert.Equal(original.Causes.Cycles, copy.Causes.Cycles);
    }

    [Theory]
    [InlineData("snitch")]
    [InlineData("snitch-def")]
    [InlineData("snitch-rvf")]
    public void What_was_started_ends(string profile)
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            var (pipeline, state, _) = TimingProfile.Named(profile).Build(new Boxed());
            var decoupled = (DecoupledState)state;
            foreach (var part in RandomInstructions(seed).Chunk(100))
            {
                foreach (var i in part) Offer(pipeline, i, late: 0);
                pipeline.Idle(pipeline.Time + 1000, Cause.Wfi);
                Assert.Equal((0, 0u, 0u), (decoupled.Busy, decoupled.Scoreboard, decoupled.FloatScoreboard));
                Assert.Equal((0, 0), (decoupled.Results.Count, decoupled.Sequencer.Count + decoupled.Offloads.Count));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Profiles))]
    public void An_offer_without_a_grant_may_be_repeated(string profile)
    {
        var pipeline = TimingProfile.Named(profile).Build(new Boxed()).Pipeline;
        var load = Decode(0x0005_2583); // lw a1, 0(a0)
        var target = new MemoryTarget(0x1000_0000, 0, Arbitrated: true);

        Assert.False(pipeline.Issue(load, 0, 0, target));
        var (time, request) = (pipeline.Time, pipeline.RequestTime);
        Assert.False(pipeline.Issue(load, 0, 0, target));
        Assert.Equal((time, request, 0x1000_0000u), (pipeline.Time, pipeline.RequestTime, pipeline.RequestAddress));
        pipeline.Grant(request, Cause.BankConflict);
        Assert.True(pipeline.Issue(load, 0, 0, target));
    }

    [Theory]
    [InlineData("cv32e40p", 0, 2)]
    [InlineData("cv32e40p", 5, 7)]
    [InlineData("snitch", 0, 4)]
    [InlineData("snitch", 5, 9)]
    public void A_late_bank_delays_the_use_of_what_it_holds(string profile, uint late, ulong cycles)
    {
        var (pipeline, _, causes) = TimingProfile.Named(profile).Build(new Boxed());
        var load = Decode(0x0005_2583); // lw a1, 0(a0)
        var use = Decode(0x00b5_8633); // add a2, a1, a1
        pipeline.Issue(load, 0, 0, new MemoryTarget(0, 0, Arbitrated: true));
        pipeline.Grant(pipeline.RequestTime + late, Cause.BankConflict);
        pipeline.Issue(load, 0, 0, new MemoryTarget(0, 0, Arbitrated: true));
        var issued = pipeline.Time;
        pipeline.Complete(load, redirected: false);
        pipeline.Issue(use, 0, 0, default);

        Assert.Equal(cycles, pipeline.Time - issued);
        Assert.Equal(late != 0, causes.Cycles[(int)Cause.BankConflict] != 0);
    }

    [Fact]
    public void A_misaligned_access_asks_for_both_its_words()
    {
        var (pipeline, _, _) = TimingProfile.Named("cv32e40p").Build(new Boxed());
        var load = Decode(0x0005_2583); // lw a1, 0(a0)
        var target = new MemoryTarget(0x1000_0002, 0, Arbitrated: true);

        Assert.False(pipeline.Issue(load, 0, 0, target));
        var first = pipeline.RequestTime;
        pipeline.Grant(first, Cause.BankConflict);
        Assert.False(pipeline.Issue(load, 0, 0, target));
        Assert.Equal((first + 1, 0x1000_0004u), (pipeline.RequestTime, pipeline.RequestAddress));
        pipeline.Grant(first + 1, Cause.BankConflict);
        Assert.True(pipeline.Issue(load, 0, 0, target));
    }

    private static Instruction Decode(uint word) => Decoder.Decode(word);

    private const Extension AllExtensions = Extension.I | Extension.M | Extension.F | Extension.A | Extension.Zicsr | Extension.Zifencei | Extension.Privileged;

    private static readonly Decoder Decoder = new(AllExtensions);

    /// <summary>Any rows, any registers: more hazards than a compiler makes.</summary>
    private static Instruction[] RandomInstructions(int seed)
    {
        var random = new Random(seed);
        var rows = InstructionSet.Rows.Where(r => AllExtensions.HasFlag(r.Extension) && r.Pattern.Bits == 32).ToArray();
        return [.. Enumerable.Range(0, Steps).Select(_ => Decode(rows[random.Next(rows.Length)].Pattern, random))];
    }

    private static Instruction Decode(Pattern pattern, Random random) => Decode(pattern.Match | ((uint)random.NextInt64(1L << 32) & ~pattern.Mask));

    /// <summary>One instruction as an engine does it; what is arbitrated is granted <paramref name="late"/> cycles after it was asked for.</summary>
    private static void Offer<TPipeline>(TPipeline pipeline, in Instruction i, uint late)
        where TPipeline : IPipeline
    {
        var a = i.Word * 2654435761;
        var target = i.Row.Width == 0 ? default : new MemoryTarget(a & 0xfff, i.Word >> 30, (i.Word & 0x100) != 0);
        while (!pipeline.Issue(i, a, ~i.Word, target)) pipeline.Grant(pipeline.RequestTime + late, late % 2 == 0 ? Cause.BankConflict : Cause.Barrier);
        if (i.Shape is Shape.Csr && i.Rd == 0) pipeline.Trap(interrupt: false);
        else pipeline.Complete(i, redirected: i.Shape is Shape.Branch && (i.Word & 0x200) != 0);
    }

    private sealed class Boxed : IPipelineUser<(IPipeline Pipeline, IStateful State, CauseCounters Causes)>
    {
        public (IPipeline Pipeline, IStateful State, CauseCounters Causes) Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes)
            where TPipeline : struct, IPipeline => (pipeline, state, causes);
    }

    private sealed class AccountingCheck : IPipelineUser<bool>
    {
        public bool Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes)
            where TPipeline : struct, IPipeline
        {
            foreach (var i in RandomInstructions(2))
            {
                var before = pipeline.Time;
                Offer(pipeline, i, late: i.Word >> 8 & 7);
                if ((i.Word & 0xf000) == 0) pipeline.Idle(pipeline.Time + 3, Cause.Wfi);
                Assert.True(pipeline.Time > before);
                Assert.Equal(pipeline.Time, causes.Total);
            }

            Assert.True(pipeline.Time < Steps * 40UL);
            return true;
        }
    }

    private sealed class AllocationCheck : IPipelineUser<long>
    {
        public long Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes)
            where TPipeline : struct, IPipeline
        {
            var program = RandomInstructions(3);
            return Allocations.Of(() =>
            {
                foreach (var i in program) Offer(pipeline, i, late: 2);
            });
        }
    }
}
