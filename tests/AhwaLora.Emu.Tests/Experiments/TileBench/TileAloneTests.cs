using System.Globalization;
using System.Text.Json;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Experiments.Layers;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Emu.Tests.Experiments.TileBench;

/// <summary><c>tile</c>: the tile by itself on the command line.</summary>
[Trait(Traits.Speed, Traits.Slow)]
public sealed class TileAloneTests : IDisposable
{
    private const int Inputs = 40, Outputs = 24, Vectors = 6;

    private static readonly LayerData Data = LayerData.Generate(new LayerShape(Inputs, Outputs, Rank: 1, Tokens: Vectors, Chunk: 1), seed: 3);

    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public TileAloneTests()
    {
        NpyFormat.Write(At("w.npy"), [Outputs, Inputs], Data.Weights);
        NpyFormat.Write(At("x.npy"), [Vectors, Inputs], Data.X);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string At(string name) => Path.Combine(_directory, name);

    private string[] Mvm(params string[] options) => ["tile", "mvm", "--weights", At("w.npy"), "--input", At("x.npy"), "--output", At("y.npy"), .. options];

    private JsonElement Run(params string[] options)
    {
        Assert.Equal((0, ""), CommandLineTests.Run([.. Mvm(options), "--json", At("y.json")]));
        return JsonDocument.Parse(File.ReadAllText(At("y.json"))).RootElement;
    }

    private (IReadOnlyList<long> Shape, float[] Values) Output()
    {
        using var file = TensorFile.Open(At("y.npy"));
        return (file.Find(null).Shape, file.Read(file.Find(null)));
    }

    [Fact]
    public void An_ideal_tile_gives_W_x_with_each_output_one_chain_of_multiply_adds()
    {
        var result = Run("--preset", "ideal");
        Assert.Equal(("none", Vectors), (result.GetProperty("model").GetString(), result.GetProperty("passes").GetInt32()));
        Assert.InRange(result.GetProperty("relative_error").GetDouble(), 0, 1e-6);
        var (shape, y) = Output();
        Assert.Equal([Vectors, Outputs], shape);
        for (var i = 0; i < y.Length; i++)
        {
            float sum = 0;
            for (var k = 0; k < Inputs; k++) sum = MathF.FusedMultiplyAdd(Data.Weights[i % Outputs * Inputs + k], Data.X[i / Outputs * Inputs + k], sum);
            Assert.Equal(sum, y[i]);
        }
    }

    [Fact]
    public void A_noisy_tile_gives_the_bits_of_the_library_and_the_error_it_reports()
    {
        var reported = Run("--age", "1d", "--gdc", "--seed", "9", "--rows", "16", "--columns", "16").GetProperty("relative_error").GetDouble();
        var mapping = new TiledMatrix(new CrossbarOptions(16, 16) { Seed = 9 }, Inputs, Outputs, Data.Weights);
        mapping.SetAge(86_400, isCompensated: true);
        var expected = new float[Vectors * Outputs];
        for (var v = 0; v < Vectors; v++) mapping.Mvm(Data.X.AsSpan(v * Inputs, Inputs), expected.AsSpan(v * Outputs, Outputs));
        Assert.Equal(expected, Output().Values);

        double error = 0, signal = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            double exact = 0;
            for (var k = 0; k < Inputs; k++) exact += (double)Data.Weights[i % Outputs * Inputs + k] * Data.X[i / Outputs * Inputs + k];
            (error, signal) = (error + (expected[i] - exact) * (expected[i] - exact), signal + exact * exact);
        }

        Assert.Equal(Math.Sqrt(error / signal), reported, 1e-12);
        Assert.InRange(reported, 0.05, 0.3);
    }

    [Fact]
    public void Without_noise_the_outputs_are_whole_codes_of_the_converters_asked_for()
    {
        const int Largest = 31;
        Run("--model", "none", "--no-noise", "--adc-bits", "6");
        var y = Output().Values;
        for (var i = 0; i < y.Length; i++)
        {
            var n = Data.X.AsSpan(i / Outputs * Inputs, Inputs).ToArray().Max(Math.Abs);
            var full = Data.Weights.AsSpan(i % Outputs * Inputs, Inputs).ToArray().Max(Math.Abs);
            var code = y[i] / (n * (double)full) * Largest / 12;
            Assert.Equal(Math.Round(code), code, 1e-4);
            Assert.InRange(Math.Abs(code), 0, Largest);
        }
    }

    [Fact]
    public void Drift_costs_more_than_compensated_drift_and_a_vector_gives_a_vector()
    {
        double Error(params string[] options) => Run(options).GetProperty("relative_error").GetDouble();
        var (young, old, compensated) = (Error(), Error("--age", "1y"), Error("--age", "1y", "--gdc"));
        Assert.True(young < compensated && compensated < 0.6 * old, $"{young} at once, {old} after a year, {compensated} compensated");
        NpyFormat.Write(At("x.npy"), [Inputs], Data.X.AsSpan(0, Inputs));
        Assert.Equal(0, CommandLineTests.Run(Mvm("--mapping", "aihwkit-compat")).Status);
        Assert.Equal([Outputs], Output().Shape);
    }

    [Fact]
    public void Where_W_x_is_zero_a_noisy_tile_has_no_relative_error()
    {
        NpyFormat.Write(At("w.npy"), [Outputs, Inputs], new float[Outputs * Inputs]);
        Assert.Equal(JsonValueKind.Null, Run().GetProperty("relative_error").ValueKind);
        Assert.Equal((0, ""), CommandLineTests.Run(Mvm()));
        Assert.Equal(0, Run("--preset", "ideal").GetProperty("relative_error").GetDouble());
    }

    [Fact]
    public void Lists_may_have_spaces() =>
        Assert.Equal((0, ""), CommandLineTests.Run("tile", "stats", "--targets", "1, 2", "--ages", "0, 1h", "--samples", "2", "--csv", At("s.csv")));

    [Fact]
    public void What_does_not_fit_is_refused_by_name_and_leaves_no_file()
    {
        void Refused(string expected, params string[] arguments) => CommandLineTests.AssertRefused(expected, arguments);
        Refused("--age '1w': expected seconds", Mvm("--age", "1w"));
        Refused("none/y.json: cannot be written (no such directory)", Mvm("--json", At("none/y.json")));
        Refused("--rows 0 is outside 1 to 16384", Mvm("--rows", "0"));
        Refused("--adc-bits 17: expected 0 for none, or 2 to 16", Mvm("--adc-bits", "17"));
        Refused("'bogus'", Mvm("--preset", "bogus"));
        Refused("--targets 25.5 is outside 0 to 25 uS, g_max of pcm", "tile", "stats", "--targets", "25.5");
        Refused("--targets 'x'", "tile", "stats", "--targets", "1,x");
        Refused("--samples 1 is outside", "tile", "stats", "--samples", "1");
        Refused("--size 2000 is outside 1 to 1024", "tile", "error", "--size", "2000");
        NpyFormat.Write(At("x.npy"), [2, 3], new float[6]);
        Refused("tensor 'x' [2, 3] <f4: does not fit weights of 40 inputs; expected [vectors, 40] or [40]", Mvm());
        NpyFormat.Write(At("w.npy"), [3], [1, 2, 3]);
        Refused("tensor 'w' [3] <f4: not a matrix; expected [out, in]", Mvm());
        NpyFormat.Write(At("w.npy"), [1, 3], [1, float.NaN, 3]);
        Refused("element [0, 1] is NaN", Mvm());
        Assert.False(File.Exists(At("y.npy")));
    }

    [Theory]
    [InlineData("pcm")]
    [InlineData("hermes")]
    [InlineData("none")]
    public void Devices_drawn_agree_with_the_models_moments_within_four_standard_errors(string model)
    {
        const int Samples = 20_000;
        Assert.Equal((0, ""), CommandLineTests.Run("tile", "stats", "--model", model, "--ages", "0,1h,1y", "--samples", Samples.ToString(CultureInfo.InvariantCulture), "--csv", At("s.csv")));
        var rows = Csv(At("s.csv"));
        Assert.Equal(7 * 3 * 3, rows.Count);
        foreach (var row in rows)
        {
            double Value(string column) => double.Parse(row[column], CultureInfo.InvariantCulture);
            double sd = Value("expected_sd_us"), zeros = Value("expected_at_zero");
            var error = sd / Math.Sqrt(Samples);
            Assert.True(Math.Abs(Value("mean_us") - Value("expected_mean_us")) <= 4 * error + 1e-5, string.Join(',', row.Values));
            Assert.True(Math.Abs(Value("sd_us") - sd) <= 0.05 * sd + 1e-5, string.Join(',', row.Values));
            Assert.True(Math.Abs(Value("at_zero") - zeros) <= 4 * Math.Sqrt(zeros * (1 - zeros) / Samples) + 1.0 / Samples, string.Join(',', row.Values));
            Assert.InRange(Value("q50_us"), Value("q25_us"), Value("q75_us"));
        }
    }

    [Fact]
    public void The_error_grows_with_age_and_compensation_takes_a_part_of_it_away()
    {
        Assert.Equal((0, ""), CommandLineTests.Run("tile", "error", "--size", "32", "--seeds", "2", "--ages", "1,1y,10y", "--csv", At("e.csv")));
        var rows = Csv(At("e.csv"));
        Assert.Equal(["1", "31557600", "315576000"], rows.Select(row => row["age_s"]));
        var drifted = rows.Select(row => double.Parse(row["drifted"], CultureInfo.InvariantCulture)).ToList();
        Assert.True(drifted[0] < drifted[1] && drifted[1] < drifted[2], string.Join(' ', drifted));
        foreach (var row in rows.Skip(1)) Assert.True(double.Parse(row["compensated"], CultureInfo.InvariantCulture) < double.Parse(row["drifted"], CultureInfo.InvariantCulture));
    }

    private static List<Dictionary<string, string>> Csv(string path)
    {
        var lines = File.ReadAllLines(path);
        var names = lines[0].Split(',');
        return [.. lines.Skip(1).Select(line => names.Zip(line.Split(',')).ToDictionary(cell => cell.First, cell => cell.Second))];
    }
}
