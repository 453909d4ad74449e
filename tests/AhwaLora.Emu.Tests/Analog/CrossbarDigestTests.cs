using System.Diagnostics;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using Tile = AhwaLora.Analog.Crossbar.CrossbarArray;

namespace AhwaLora.Emu.Tests.Analog;

/// <summary>The same bits on every machine: a digest of all a tile does, taken again with narrower and with no vector instructions.</summary>
[Trait(Traits.Speed, Traits.Slow)]
public sealed class CrossbarDigestTests
{
    private const uint Golden = 0x28851D28;

    [Fact]
    public void All_a_tile_computes_has_the_golden_digest()
    {
        uint digest = 2166136261;
        void Add(float[] values)
        {
            foreach (float value in values)
                digest = (digest ^ BitConverter.SingleToUInt32Bits(value)) * 16777619;
        }
        foreach (DeviceModel model in DeviceModel.All)
            foreach (Preset preset in Preset.All)
            {
                Tile tile = new(new(30, 70) { Model = model, Preset = preset, Seed = 0xFEED_5EED_0000_0001, Tile = 3 });
                tile.Program(tile.Whole, CrossbarMvmTests.Randoms(1, 30 * 70));
                tile.MeasureReference(tile.Whole);
                tile.SetAge(86400);
                tile.Calibrate(tile.Whole);
                float[] y = new float[5 * 70];
                tile.MvmBatch(tile.Whole, CrossbarMvmTests.Randoms(2, 5 * 30), y, new MvmResult[5]);
                Add(tile.State.Plus.Read);
                Add(tile.State.Minus.Read);
                Add(y);
            }
        Assert.Equal($"{Golden:X8}", $"{digest:X8}");
    }

    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX2")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public void And_has_it_without(string instructions)
    {
        ProcessStartInfo start = new(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "vstest", typeof(CrossbarDigestTests).Assembly.Location, $"--TestCaseFilter:FullyQualifiedName~{nameof(All_a_tile_computes_has_the_golden_digest)}" },
        };
        start.Environment[instructions] = "0";
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 && output.Contains("Passed!", StringComparison.Ordinal), output);
    }
}
