namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>Which shapes v2.0.4 computes right, if they end (shared rules of docs/redmule.md).</summary>
internal static class ShapeRules
{
    /// <summary>
    /// True if the hardware computes X W + Y and its likes for this shape, in ideal memory and after a clear. False says nothing: the
    /// rule leaves out some shapes that it computes right.
    /// </summary>
    public static bool IsRight(Tiling tiling)
    {
        var (h, d) = (tiling.Array.Height, tiling.Array.Beat);
        var (n, m) = (tiling.Shape.N, tiling.Shape.M);
        if (h > tiling.Array.Pipeline + 1 && tiling.PadsW) return false;
        return n > d - h && (n % d == 0 || n % d > h);
    }
}
