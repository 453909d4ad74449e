using AhwaLora.Common.Settings;

namespace AhwaLora.Emu.Tests.Common.Settings;

public sealed class SettingFaultTests
{
    private static readonly Setting Chunk = new("chunk", IsInFiles: true), Base = new("base");

    [Theory]
    [InlineData(0, "1")]
    [InlineData(9, "8")]
    public void A_number_outside_its_range_carries_the_range_and_the_nearest_that_works(int value, string nearest)
    {
        var fault = SettingFault.OfRange(Chunk, value, 1, 8)!;
        Assert.Equal((Chunk, $"{value}", ("1", "8"), nearest), (fault.Setting, fault.Value, fault.Range, fault.Nearest));
        Assert.Equal($"chunk {value} is outside 1 to 8; the nearest valid value is {nearest}", fault.Text.ToString());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void A_number_within_its_range_is_no_fault(int value) => Assert.Null(SettingFault.OfRange(Chunk, value, 1, 8));

    [Fact]
    public void What_is_not_a_number_is_outside_every_range() => Assert.Equal("0.5", SettingFault.OfRange(Chunk, double.NaN, 0.5, 8)!.Nearest);

    [Fact]
    public void The_nearest_name_is_carried()
    {
        var fault = SettingFault.OfName(Chunk, "egaer", ["eager", "deep"]);
        Assert.Equal(("eager", "chunk 'egaer' is not one of eager, deep; the nearest is eager"), (fault.Nearest, fault.Text.ToString()));
    }

    [Fact]
    public void Whoever_prints_a_message_names_its_settings_in_texts_within_texts_too()
    {
        var inner = new SettingText($"use {Chunk} {1234.5:N1} or less");
        var outer = new SettingException($"{Base}: {inner}").Text;
        Assert.Equal("base: use chunk 1,234.5 or less", outer.ToString());
        Assert.Equal("--base: use --chunk 1,234.5 or less", outer.Word(setting => $"--{setting.Key}"));
    }

    [Fact]
    public void All_faults_stand_in_one_line()
    {
        var error = new SettingException(SettingFault.OfRange(Chunk, 0, 1, 8)!, SettingFault.OfForm(Base, "x", "a directory"));
        Assert.Equal("chunk 0 is outside 1 to 8; the nearest valid value is 1; base 'x': expected a directory", error.Message);
        Assert.Equal([Chunk, Base], error.Faults.Select(fault => fault.Setting));
    }
}
