using AhwaLora.Emu.Tests.Machine.Timing;
using AhwaLora.Machine;
using AhwaLora.Machine.Order;

namespace AhwaLora.Emu.Tests.Machine.Engines;

/// <summary>The calibration programs, which use every rule of the timing models, on both engines.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class EngineProgramTests(CalibrationPrograms programs) : IClassFixture<CalibrationPrograms>
{
    public static TheoryData<string, string, string> Programs
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var program in CalibrationPrograms.Measured("cv32e40p", "single_core").Select(r => r.Program).Distinct())
            {
                data.Add("cv32e40p", program, "cv32e40p");
                data.Add("cv32e40p", program, "cv32e40p-fpu2");
            }

            foreach (var program in CalibrationPrograms.Measured("snitch", "single_core").Select(r => r.Program).Distinct())
            {
                data.Add("snitch", program, "snitch");
                data.Add("snitch", program, "snitch-rvf");
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void Calibration_programs_run_alike(string core, string program, string profile) =>
        Assert.Equal(ExitReason.Exit, EnginePair.AssertSame(programs.Elf(core, program), profile, CalibrationRun.SingleHart, maxInstructions: 2_000_000).Reason);
}
