
namespace AhwaLora.Analog.Crossbar;

/// <summary>A part of a matrix on a tile of its own.</summary>
/// <param name="Tile">The tile.</param>
/// <param name="Inputs">Which inputs of the matrix its rows take.</param>
/// <param name="Outputs">Which outputs its columns give.</param>
public readonly record struct MatrixPart(CrossbarArray Tile, LineRange Inputs, LineRange Outputs)
{
    /// <summary>The cells of the tile that hold it.</summary>
    public CrossbarPart Cells => new(0, Inputs.Length, 0, Outputs.Length);
}

/// <summary>
/// A matrix larger than a tile, on several tiles: splits of inputs are summed in the digital domain, in order, and splits of outputs are
/// joined (<see cref="MatrixCut"/>). Tiles are numbered by output split, then by input split.
/// </summary>
public sealed class TiledMatrix
{
    private readonly float[] _partial;

    /// <summary>Programs a matrix.</summary>
    /// <param name="options">Options of each tile; tile numbers count up from the one given here.</param>
    /// <param name="inputs">Inputs of the matrix.</param>
    /// <param name="outputs">Outputs of the matrix.</param>
    /// <param name="weights">[out, in], dense.</param>
    /// <exception cref="ArgumentException">A span has the wrong length, or a weight is NaN or infinite.</exception>
    public TiledMatrix(CrossbarOptions options, int inputs, int outputs, ReadOnlySpan<float> weights)
    {
        if (weights.Length != (long)inputs * outputs) throw new ArgumentException($"{weights.Length} weights; expected {outputs} x {inputs}", nameof(weights));
        (Inputs, Outputs) = (inputs, outputs);
        var parts = new List<MatrixPart>();
        foreach (var columns in MatrixCut.Along(outputs, options.Columns))
        {
            foreach (var rows in MatrixCut.Along(inputs, options.Rows))
            {
                var part = new MatrixPart(new CrossbarArray(options with { Tile = options.Tile + (uint)parts.Count }), rows, columns);
                part.Tile.Program(part.Cells, Cut(weights, inputs, rows, columns));
                part.Tile.MeasureReference(part.Cells);
                parts.Add(part);
            }
        }

        Parts = parts;
        _partial = new float[options.Columns];
    }

    /// <summary>Of the matrix.</summary>
    public int Inputs { get; }

    /// <summary>Of the matrix.</summary>
    public int Outputs { get; }

    /// <summary>The tiles, by number.</summary>
    public IReadOnlyList<MatrixPart> Parts { get; }

    /// <summary>Evaluates every tile at an age.</summary>
    /// <param name="seconds">Seconds since programming.</param>
    /// <param name="isCompensated">True to measure global drift compensation at that age; false leaves the drift in the outputs.</param>
    public void SetAge(double seconds, bool isCompensated)
    {
        foreach (var part in Parts)
        {
            part.Tile.SetAgeUncompensated(seconds);
            if (isCompensated) part.Tile.Calibrate(part.Cells);
        }
    }

    /// <summary>y = W x + bias.</summary>
    /// <param name="x">[in].</param>
    /// <param name="y">[out]; overwritten.</param>
    /// <param name="bias">[out], or empty; added by the tiles of the first input split.</param>
    /// <returns>The sum over the tiles. A part whose input has a NaN or infinity contributes zeros.</returns>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public MvmResult Mvm(ReadOnlySpan<float> x, Span<float> y, ReadOnlySpan<float> bias = default)
    {
        if (x.Length != Inputs || y.Length != Outputs) throw new ArgumentException($"x of {x.Length} and y of {y.Length} values; expected {Inputs} and {Outputs}");
        if (!bias.IsEmpty && bias.Length != Outputs) throw new ArgumentException($"bias of {bias.Length} values; expected {Outputs}", nameof(bias));
        MvmResult all = default;
        foreach (var part in Parts)
        {
            var isFirst = part.Inputs.First == 0;
            var partial = _partial.AsSpan(0, part.Outputs.Length);
            var to = y.Slice(part.Outputs.First, part.Outputs.Length);
            partial.Clear();
            var digital = new DigitalStage { Bias = isFirst && !bias.IsEmpty ? bias.Slice(part.Outputs.First, part.Outputs.Length) : default };
            all += part.Tile.Mvm(part.Cells, x.Slice(part.Inputs.First, part.Inputs.Length), partial, digital);
            if (isFirst) partial.CopyTo(to);
            for (var i = 0; !isFirst && i < partial.Length; i++) to[i] += partial[i];
        }

        return all;
    }

    /// <summary>The weights [out, in] of a part, dense.</summary>
    public static float[] Cut(ReadOnlySpan<float> weights, int inputs, LineRange rows, LineRange columns)
    {
        var part = new float[rows.Length * columns.Length];
        for (var column = 0; column < columns.Length; column++)
        {
            weights.Slice((columns.First + column) * inputs + rows.First, rows.Length).CopyTo(part.AsSpan(column * rows.Length));
        }

        return part;
    }
}
