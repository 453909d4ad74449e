using System.Globalization;
using System.Text.RegularExpressions;
using AhwaLora.Emu.Tests.Experiments.Sweeps;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Study;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine;
using AhwaLora.Machine.Clusters.Banks;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Reports.Study;

/// <summary>What docs/study.md claims, measured anew on a few of its points.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class StudyClaimsTests(StudyClaimsTests.Measurements measured) : IClassFixture<StudyClaimsTests.Measurements>
{
    private const double PublishedBest = 4, PublishedWorst = 2.72;

    private static SweepPoint Point(int inputs, int integrationNs, int harts, LayerStrategy strategy, int chunk) => new(StudyPlatform.Description)
    {
        Shape = new LayerShape(inputs, 128, Rank: 8, Tokens: 320, chunk),
        IntegrationNs = integrationNs,
        Harts = harts,
        Strategy = strategy,
        Contention = Contention.Exact,
    };

    private static readonly SweepPoint Best = Point(128, 512, 32, LayerStrategy.Eager, 8);
    private static readonly SweepPoint BestDoubleBuffered = Best with { Strategy = LayerStrategy.DoubleBuffered };
    private static readonly SweepPoint EightHarts = Point(128, 512, 8, LayerStrategy.Eager, 32);
    private static readonly SweepPoint Wide = Point(512, 512, 32, LayerStrategy.Eager, 16);
    private static readonly SweepPoint WideFewHarts = Wide with { Harts = 8 };
    private static readonly SweepPoint Worst = Point(512, 128, 48, LayerStrategy.DoubleBuffered, 128);
    private static readonly SweepPoint WorstEager = Point(512, 128, 64, LayerStrategy.Eager, 64);
    private static readonly SweepPoint ManyHarts = Point(512, 256, 64, LayerStrategy.Eager, 64);
    private static readonly SweepPoint FewerHarts = ManyHarts with { Harts = 44 };
    private static readonly SweepPoint Unconflicted = ManyHarts with { Contention = Contention.None };
    private static readonly SweepPoint WideStreamers = ManyHarts with { StreamWordsPerCycle = 8 };
    private static readonly SweepPoint ManyBanks = ManyHarts with { TcdmBanks = 128 };
    private static readonly SweepPoint WhatIf = Point(512, 256, 32, LayerStrategy.Eager, 32);
    private static readonly SweepPoint NoLatency = WhatIf with { Timing = TimingProfile.Named("cv32e40p-fpu0") };
    private static readonly SweepPoint Unpipelined = WhatIf with { Timing = TimingProfile.Named("cv32e40p-fpu2") };

    private static readonly SweepPoint WithoutConflicts = WhatIf with { Contention = Contention.None };
    private static readonly SweepPoint Snitch = WhatIf with { Timing = TimingProfile.Named("snitch") };
    private static readonly SweepPoint SnitchWithoutConflicts = Snitch with { Contention = Contention.None };

    private SweepRow this[SweepPoint point] => measured.Rows[point];

    [Fact]
    public void At_best_the_adapter_costs_less_than_was_published()
    {
        Assert.InRange(this[Best].OverheadPercent, 0, 1);
        Assert.InRange(this[EightHarts].OverheadPercent, 0, PublishedBest);
        Assert.InRange(this[Wide].OverheadPercent, 0, 1);
    }

    [Fact]
    public void Eager_exposes_the_addition_alone_and_double_buffered_a_whole_chunk() =>
        Assert.InRange(this[Best].ExposedCycles, 1, this[BestDoubleBuffered].ExposedCycles / 2);

    [Fact]
    public void With_few_harts_the_cores_bound_the_layer() =>
        Assert.True(this[WideFewHarts].OverheadPercent > 100 && this[WideFewHarts].HartBusyCyclesMost > 0.9 * this[WideFewHarts].PipelinedCycles, this[WideFewHarts].ToString());

    [Fact]
    public void The_worst_case_is_hidden_by_no_number_of_harts_and_below_what_was_published()
    {
        Assert.InRange(1 + this[Worst].OverheadPercent / 100, 1.04, PublishedWorst);
        Assert.True(this[WorstEager].OverheadPercent > PublishedBest, this[WorstEager].ToString());
    }

    [Fact]
    public void Many_harts_take_the_banks_from_the_tile()
    {
        Assert.True(this[ManyHarts].OverheadPercent > PublishedBest, this[ManyHarts].ToString());
        Assert.All([FewerHarts, Unconflicted, WideStreamers, ManyBanks], point => Assert.InRange(this[point].OverheadPercent, 0, PublishedBest));
    }

    [Fact]
    public void Kernels_hide_one_cycle_of_FPU_latency_and_not_an_FPU_that_is_not_pipelined()
    {
        Assert.InRange((double)this[WhatIf].PipelinedCycles / this[NoLatency].PipelinedCycles, 0.998, 1.002);
        Assert.True(this[Unpipelined].PipelinedCycles > 1.4 * this[WhatIf].PipelinedCycles, this[Unpipelined].ToString());
    }

    [Fact]
    public void Conflicts_cost_a_core_that_waits_for_its_loads_and_hardly_one_that_goes_on()
    {
        Assert.InRange((double)this[WhatIf].PipelinedCycles / this[WithoutConflicts].PipelinedCycles, 1.05, 1.2);
        Assert.InRange((double)this[Snitch].PipelinedCycles / this[SnitchWithoutConflicts].PipelinedCycles, 1, 1.02);
        Assert.InRange((double)this[SnitchWithoutConflicts].PipelinedCycles / this[WithoutConflicts].PipelinedCycles, 0.98, 1.02);
    }

    [Fact]
    public void Kernels_alone_reach_what_the_document_says()
    {
        var (one, eight) = (KernelSpeed.Measure(1, TestMachine.Engine), KernelSpeed.Measure(8, TestMachine.Engine));
        Assert.InRange(one.Rate, 0.60, 24.0 / 34);
        Assert.InRange((double)one.Cycles / eight.Cycles, 7, 8);
    }

    /// <summary>So that the document is measured anew when firmware, timing or tile have changed: run <c>make study</c>.</summary>
    [Fact]
    public void The_documents_overheads_are_those_of_today()
    {
        var document = File.ReadAllText(Path.Combine(Toolchain.Root, "docs", "study.md"));
        AssertNear(this[ManyHarts], Cell(document, "## Many harts", @"\| as it is \| [^|]+ \| [^|]+ \| ([0-9.]+) % \|"));
        AssertNear(this[WhatIf], Cell(document, "## What if?", @"\| as it is \| [^|]+ \| [^|]+ \| ([0-9.]+) % \|"));
        AssertNear(this[Unpipelined], Cell(document, "## What if?", @"\| cv32e40p-fpu2 \| [^|]+ \| [^|]+ \| ([0-9.]+) % \|"));

        static void AssertNear(SweepRow row, double documented) => Assert.InRange(row.OverheadPercent, documented - 1, documented + 1);

        static double Cell(string document, string section, string row)
        {
            var match = Regex.Match(document[document.IndexOf(section, StringComparison.Ordinal)..], row);
            Assert.True(match.Success, $"{section} has no row {row}");
            return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>All points of this class, measured once.</summary>
    public sealed class Measurements : IDisposable
    {
        private readonly SweepDirectory _files = new();

        public Measurements()
        {
            SweepPoint[] points = [Best, BestDoubleBuffered, EightHarts, Wide, WideFewHarts, Worst, WorstEager, ManyHarts, FewerHarts, Unconflicted, WideStreamers,
                ManyBanks, WhatIf, NoLatency, Unpipelined, WithoutConflicts, Snitch, SnitchWithoutConflicts];
            var table = _files.Run(SweepPlan.Of("claims", points), "out");
            Rows = points.Zip(table.Rows).ToDictionary(p => p.First, p => p.Second);
        }

        public IReadOnlyDictionary<SweepPoint, SweepRow> Rows { get; }

        public void Dispose() => _files.Dispose();
    }
}
