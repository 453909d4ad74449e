using AhwaLora.Machine.Clusters.Engines.RedMulE;

namespace AhwaLora.Experiments.EngineBench;

/// <summary>The names of the engine's operations, in files and on the command line.</summary>
public static class Operations
{
    /// <summary>All names, in the order of their codes.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<RedMulEOperation>().Select(NameOf)];

    /// <summary>As <c>GEMM</c>.</summary>
    public static string NameOf(RedMulEOperation operation) => operation.ToString().ToUpperInvariant();

    /// <summary>The operation of a name, in capital or small letters.</summary>
    public static bool TryParse(string name, out RedMulEOperation operation)
    {
        var code = Names.Index().Where(n => n.Item.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(n => n.Index).DefaultIfEmpty(-1).First();
        operation = (RedMulEOperation)Math.Max(code, 0);
        return code >= 0;
    }
}
