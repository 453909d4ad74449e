namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>The size of the multiply-add array.</summary>
/// <param name="Height">H: units in series in each row.</param>
/// <param name="Length">L: rows.</param>
/// <param name="Pipeline">P: pipeline registers of a unit.</param>
public readonly record struct RedMulEArray(int Height, int Length, int Pipeline)
{
    /// <summary>The instance of release v2.0.4: 48 units.</summary>
    public static RedMulEArray Default { get; } = new(4, 12, 3);

    /// <summary>D: elements of a beat, and columns of a tile of Z. A row of units holds that many partial sums.</summary>
    public int Beat => Height * (Pipeline + 1);

    /// <summary>Words of the memory port: a beat of FP16 at any byte address.</summary>
    public int PortWords => Beat / 2 + 1;

    /// <summary>Why no such array exists; null if it does.</summary>
    public string? Fault => this switch
    {
        { Height: < 2 or > 16 } or { Pipeline: < 1 or > 7 } => "H must be from 2 to 16, and P from 1 to 7",
        { Length: < 1 or > 64 } => "L must be from 1 to 64",
        { Beat: > 64 } => "a beat of H x (P + 1) elements must not be longer than 64",
        _ => null,
    };

    /// <summary>As <c>4x12x3</c>.</summary>
    public override string ToString() => $"{Height}x{Length}x{Pipeline}";
}
