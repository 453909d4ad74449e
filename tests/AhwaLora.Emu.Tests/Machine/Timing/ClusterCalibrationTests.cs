using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>Eight harts on a banked TCDM against the cycles that the RTL of such a cluster took.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class ClusterCalibrationTests(CalibrationPrograms programs) : IClassFixture<CalibrationPrograms>
{
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Every_hart_counts_the_cycles_of_its_rtl_under_contention(int banks)
    {
        var measured = CalibrationPrograms.Measured("cv32e40p", $"cluster_{banks}_banks");
        var options = TestMachine.Options with { Timing = TimingProfile.Named("cv32e40p-fpu1"), Contention = Contention.Exact };
        var machine = CalibrationRun.Run(programs.Elf("cv32e40p", "cl01_banks"), Cluster(banks), options);

        for (var hart = 0; hart < machine.Harts.Count; hart++)
        {
            var expected = measured.Where(r => r.Cycles.ContainsKey($"h{hart}")).Select(r => (r.Name, Cycles: r.Cycles[$"h{hart}"]));
            var counted = CalibrationRun.Regions(machine, hart).Select(r => (r.Name, r.Cycles));

            Assert.Equal(expected, counted);
            Assert.Equal(machine.Harts[hart].Time, machine.CausesOf(hart).Total);
        }
    }

    /// <summary>The platform that the program was measured on.</summary>
    internal static PlatformDescription Cluster(int banks) => CalibrationRun.SingleHart with
    {
        Harts = 8,
        Memories =
        [
            CalibrationRun.SingleHart.Memories[0] with { Private = true },
            new MemoryDescription { Name = "tcdm", Base = 0x1000_0000, Size = (uint)banks << 12, Banks = banks },
        ],
        BarrierWord = new DeviceDescription { Base = 0x2000_0000 },
    };
}
