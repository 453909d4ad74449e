using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Platform;
using AhwaLora.Reports;

namespace AhwaLora.Emu.Tests.Reports;

/// <summary>A report that is quickly measured and has something in every figure.</summary>
internal static class SmallReport
{
    public static ReportRequest Request { get; } = RequestOn(EngineKind.Auto);

    /// <summary>Measured once for all tests.</summary>
    public static ReportData Data => Measured.Value;

    private static readonly Lazy<ReportData> Measured = new(() => ReportData.Measure(Request));

    public static ReportRequest RequestOn(EngineKind engine)
    {
        var platform = new PlatformDescription { Harts = 4, Aimc = new AimcDescription { IntegrationNs = 128 } };
        var options = new MachineOptions { Engine = engine, Timing = TimingProfile.Named("cv32e40p"), HotThreshold = 8 };
        var strategy = LayerStrategy.DoubleBuffered;
        return new ReportRequest(new LayerShape(Inputs: 64, Outputs: 48, Rank: 8, Tokens: 40, Chunk: 8), strategy, platform, options, new TileStudy(Preset.AhwaLora, DeviceModel.Pcm, Lines: 32, Seeds: 2, FirstSeed: 1))
        {
            Map = new OverheadMap(platform, options, strategy) { Tokens = 32, Shapes = [(32, 24), (64, 16)], Chunks = [4, 8, 32], IntegrationTimesNs = [128, 512] },
        };
    }
}
