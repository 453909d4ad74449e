using System.CommandLine;
using System.Globalization;
using AhwaLora.Cli.Terminal;
using AhwaLora.Common.Files;
using AhwaLora.Experiments.EngineBench;
using AhwaLora.Experiments.Results;
using AhwaLora.Machine.Clusters.Engines.RedMulE;
using AhwaLora.Runs.Programs;
using static AhwaLora.Cli.Terminal.Output;

namespace AhwaLora.Cli.Commands;

/// <summary><c>engine gemm</c>: one job of the matrix engine, from files to a file.</summary>
internal static class EngineGemmCommand
{
    private const string Hardware = "v2.0.4", NoQuirks = "none";

    private static readonly Option<string> Op = new("--op") { Description = "The operation.", DefaultValueFactory = _ => "gemm" };
    private static readonly Option<string> Array = new("--array") { Description = "Size of the array: H units in series, L rows, P pipeline registers.", DefaultValueFactory = _ => RedMulEArray.Default.ToString(), HelpName = "HxLxP" };
    private static readonly Option<string> Quirks = new("--quirks") { Description = "v2.0.4 hangs and goes wrong as the hardware does; none computes every shape right.", DefaultValueFactory = _ => Hardware };
    private static readonly Option<string> X = new("--x") { Description = "X [m, n], .npy or .safetensors.", HelpName = "FILE[:TENSOR]", Required = true };
    private static readonly Option<string> W = new("--w") { Description = "W [n, k].", HelpName = "FILE[:TENSOR]", Required = true };
    private static readonly Option<string?> Y = new("--y") { Description = "Y [m, k], the start of each sum; zeros by default.", HelpName = "FILE[:TENSOR]" };
    private static readonly Option<string> Out = new("--out") { Description = "Where Z goes, .npy in FP16.", HelpName = "FILE", Required = true };
    private static readonly Option<string?> Json = CommonOptions.Json();

    static EngineGemmCommand()
    {
        Op.AcceptOnlyFromAmong([.. Operations.Names.Select(name => name.ToLowerInvariant()), .. Operations.Names]);
        Quirks.AcceptOnlyFromAmong(Hardware, NoQuirks);
    }

    public static Command Create()
    {
        var command = new Command("gemm", "Compute Z = X W + Y in FP16, or another operation, on the matrix engine; say how many cycles it takes. Exit 126 if the hardware hangs at the shape.") { Op, Array, Quirks, X, W, Y, Out, Json };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        AtomicFile.CheckPlace(parsed.GetValue(Out));
        AtomicFile.CheckPlace(parsed.GetValue(Json));
        _ = Operations.TryParse(parsed.GetValue(Op)!, out var operation); // the parser takes no other names
        var isHardware = parsed.GetValue(Quirks) == Hardware;
        var product = EngineProduct.Compute(ParseArray(parsed.GetValue(Array)!), isHardware, operation, parsed.GetValue(X)!, parsed.GetValue(W)!, parsed.GetValue(Y), parsed.GetValue(Out)!);
        if (parsed.GetValue(Json) is { } json) AtomicFile.WriteText(json, Output.ToJson(EngineProductNumbers.Of(product)));
        var (run, shape) = (product.Run, product.Run.Shape);
        if (run.Hang != RedMulEHang.None)
        {
            Fail(ShapeRules.DescribeHang(product.Array, shape));
            return ExitStatus.Stuck;
        }

        if (parsed.GetValue(Json) is null)
        {
            Console.WriteLine(Text($"{shape} on {product.Array}: {product.Cycles} cycles, {shape.MultiplyAdds / (double)product.Cycles:F2} multiply-adds per cycle, ")
                + Text($"{run.Reads} loads and {run.Writes} stores of {4 * product.Array.PortWords} bytes"));
        }

        return 0;
    }

    private static RedMulEArray ParseArray(string text)
    {
        int[] sizes = [.. text.Split('x').Select(size => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : -1)];
        if (sizes is not ([> 0, > 0] or [> 0, > 0, > 0])) throw new UserErrorException($"--array '{text}': expected HxLxP, as in {RedMulEArray.Default}");
        return new RedMulEArray(sizes[0], sizes[1], sizes.Length == 3 ? sizes[2] : RedMulEArray.Default.Pipeline);
    }
}
