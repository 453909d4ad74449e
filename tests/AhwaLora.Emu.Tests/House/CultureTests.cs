using System.Globalization;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Experiments.Layers;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Emu.Tests.House;

/// <summary>The libraries' texts are the same in a host application with another culture.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class CultureTests
{
    public static TheoryData<string> Assemblies =>
        [.. Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Select(path => Path.GetFileName(path)).Where(name => name.StartsWith("ahwalora", StringComparison.OrdinalIgnoreCase) && !name.EndsWith(".Tests.dll", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_code_asks_for_the_culture_of_the_thread(string assembly) => Assert.Empty(CultureBoundCalls.Of(Path.Combine(AppContext.BaseDirectory, assembly)));

    [Fact]
    public void Messages_and_tables_are_the_same_in_a_culture_of_decimal_commas()
    {
        Assert.Contains("is -0.5;", Texts()[0], StringComparison.Ordinal);
        Assert.Equal(Texts(), InCulture(Commas(), Texts));
    }

    [Fact]
    public void A_culture_of_decimal_commas_would_be_seen()
    {
        Assert.Equal("−1.234,5", InCulture(Commas(), () => (-1234.5).ToString("N1", CultureInfo.CurrentCulture)));
        Assert.Equal("-1234.5 -7", InCulture(Commas(), () => $"{-1234.5} {-7}"));
    }

    private static List<string> Texts() =>
    [
        Assert.Throws<ArgumentException>(() => new CrossbarArray(new CrossbarOptions(3, 3) { Preset = Preset.AhwaLora with { InputScale = -0.5f } })).Message,
        Assert.Throws<ArgumentException>(() => new CrossbarArray(new CrossbarOptions(2, 1)).Program(new CrossbarPart(0, 2, 0, 1), [1, 2], [-1.5f])).Message,
        Assert.Throws<PlatformException>(() => PlatformRules.Check(new PlatformDescription { ClockMhz = -1234.5 })).Message,
        PlatformJson.Write(new PlatformDescription { ClockMhz = 1234.5 }),
        new LayerShape(-1, 2, 3, 4, 5).ToString(),
        Report(),
    ];

    private static string Report()
    {
        var machine = TestMachine.Assemble("nop").Machine;
        machine.Run(RunLimits.None);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        CauseReport.WriteHarts(machine, text);
        return text.ToString();
    }

    private static CultureInfo Commas()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator, culture.NumberFormat.NegativeSign) = (",", ".", "−");
        return culture;
    }

    private static T InCulture<T>(CultureInfo culture, Func<T> read)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            return read();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
