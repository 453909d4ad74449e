using System.CommandLine;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.Results;
using AhwaLora.Experiments.TileBench;
using static AhwaLora.Cli.Terminal.Output;

namespace AhwaLora.Cli.Commands;

/// <summary><c>tile mvm</c>: multiplies the vectors of a file by the matrix of a file.</summary>
internal static class TileMvmCommand
{
    private static readonly Option<string> Weights = new("--weights") { Description = "The matrix [out, in], .npy or .safetensors.", HelpName = "FILE[:TENSOR]", Required = true };
    private static readonly Option<string> Input = new("--input") { Description = "Vectors [vectors, in], or one [in].", HelpName = "FILE[:TENSOR]", Required = true };
    private static readonly Option<string> Out = new("--output") { Description = "File for the outputs, .npy: [vectors, out], or [out].", HelpName = "FILE", Required = true };
    private static readonly Option<string> Age = new("--age") { Description = "Age of the devices, in seconds or with s, h, d or y.", DefaultValueFactory = _ => "0", HelpName = "T" };
    private static readonly Option<bool> Compensate = new("--gdc") { Description = "Compensate drift at that age by one factor per tile (global drift compensation)." };
    private static readonly Option<bool> NoNoise = new("--no-noise") { Description = "Leave out the noise of the MVM itself: at inputs, at outputs and in reading." };
    private static readonly Option<int?> DacBits = new("--dac-bits") { Description = "Bits of the DAC, 2 to 16, instead of the preset's; 0 for an ideal one.", HelpName = "N" };
    private static readonly Option<int?> AdcBits = new("--adc-bits") { Description = "Bits of the ADC, 2 to 16, instead of the preset's; 0 for an ideal one.", HelpName = "N" };
    private static readonly Option<int> Rows = CommonOptions.Number("--rows", "Input lines of a tile.", 512);
    private static readonly Option<int> Columns = CommonOptions.Number("--columns", "Output lines of a tile; a larger matrix takes several tiles.", 512);
    private static readonly Option<string?> Json = CommonOptions.Json();

    public static Command Create()
    {
        var command = new Command("mvm", "Multiply the vectors of a file by the matrix of another on analog tiles, and say how far the outputs are from W x.")
        {
            Weights, Input, Out, TileCommand.PresetName, TileCommand.ModelName, TileCommand.Mapping, MachineArguments.Seed, Age, Compensate, NoNoise, DacBits, AdcBits, Rows, Columns, Json,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        AtomicFile.CheckPlace(parsed.GetValue(Out));
        AtomicFile.CheckPlace(parsed.GetValue(Json));
        var preset = TileCommand.PresetOf(parsed);
        var model = TileCommand.ModelOf(parsed, preset);
        var options = new CrossbarOptions(parsed.GetValue(Rows), parsed.GetValue(Columns))
        {
            Preset = Converters(parsed, preset),
            Model = model,
            Mapping = TileCommand.MappingOf(parsed),
            Seed = parsed.GetValue(MachineArguments.Seed),
        };
        var age = TileCommand.ParseAge("--age", parsed.GetValue(Age)!);
        var product = TileProduct.Run(options, age, parsed.GetValue(Compensate), parsed.GetValue(Weights)!, parsed.GetValue(Input)!, parsed.GetValue(Out)!);
        if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, Output.ToJson(TileProductNumbers.Of(options, age, product)));
        else Print(options, age, product);
        return 0;
    }

    private static Preset Converters(ParseResult parsed, Preset preset)
    {
        int Bits(Option<int?> option, int otherwise) => parsed.GetValue(option) switch
        {
            null => otherwise,
            0 or (>= 2 and <= 16) => parsed.GetValue(option)!.Value,
            var bits => throw new UserErrorException($"{option.Name} {bits}: expected 0 for none, or 2 to 16"),
        };
        preset = preset with { Dac = WithBits(preset.Dac, Bits(DacBits, preset.Dac.Bits)), Adc = WithBits(preset.Adc, Bits(AdcBits, preset.Adc.Bits)) };
        return parsed.GetValue(NoNoise) ? preset with { InputNoise = 0, OutputNoise = 0, ReadNoise = ReadNoiseKind.None } : preset;
    }

    // A converter that was off has no bound, so it gets 1.
    private static Converter WithBits(Converter converter, int bits) => new(bits, converter.IsOn ? converter.Bound : 1);

    private static void Print(CrossbarOptions options, double age, TileProduct product)
    {
        var (work, error) = (product.Work, product.Error);
        Console.WriteLine(Text($"{product.Vectors} MVMs {product.Inputs} -> {product.Outputs} on {product.Tiles} {(product.Tiles == 1 ? "tile" : "tiles")} of ")
            + Text($"{options.Rows} x {options.Columns}, {options.Preset.Name} with {options.Model.Name} devices {age} s old"));
        var relative = double.IsNaN(product.RelativeError) ? "undefined, since W x is zero" : Text($"{100 * product.RelativeError:G4} %");
        Console.WriteLine(Text($"error {relative}, SNR {error.SnrDecibels:F1} dB; worst MVM {error.WorstMvm} {error.WorstMvmSnrDecibels:F1} dB, worst column {error.WorstColumn} {error.WorstColumnSnrDecibels:F1} dB"));
        Console.WriteLine(Text($"{work.Passes} passes, {work.DacClips} DAC clips, {work.AdcSaturations} ADC saturations, {work.ClippedOutputs} outputs left clipped"));
    }
}
