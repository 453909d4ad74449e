using System.Text.Json;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Train.Data;

namespace AhwaLora.Train.Study;

/// <summary>The scores of one way to run a task on tiles, over the tiles' age.</summary>
/// <param name="Task">The task.</param>
/// <param name="Method">none, adapter or full.</param>
/// <param name="Rank">Rank of the adapter; 0 if there is none.</param>
/// <param name="TrainedBits">Bits of the converters during training; 0 if nothing was trained.</param>
/// <param name="Bits">Bits of the tiles' converters.</param>
/// <param name="TrainedParameters">The number of trained parameters.</param>
/// <param name="Digital">Score of the same weights and adapter without tiles.</param>
/// <param name="Ages">Scores on tiles.</param>
public sealed record Series(string Task, string Method, int Rank, int TrainedBits, int Bits, long TrainedParameters, double Digital, AgeSeries Ages);

/// <summary>A causal model's share of exact responses, in percent.</summary>
/// <param name="Data">instruct or reward.</param>
/// <param name="Method">none, adapter or reward.</param>
/// <param name="Digital">The share without tiles.</param>
/// <param name="OnTiles">The share on tiles right after programming.</param>
public sealed record Exactness(string Data, string Method, double Digital, double OnTiles);

/// <summary>All results of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="BaseParameters">The number of parameters of the base and one head.</param>
/// <param name="Series">Results of the encoder.</param>
/// <param name="Causal">Results of the causal model.</param>
public sealed record SeedResult(int Seed, long BaseParameters, IReadOnlyList<Series> Series, IReadOnlyList<Exactness> Causal)
{
    /// <summary>Writes the results as JSON.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, JsonStyles.Results) + "\n");

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="UserErrorException">The file does not hold such results.</exception>
    public static SeedResult Read(string path)
    {
        try
        {
            return JsonText.Parse<SeedResult>(TextFiles.Read(path), JsonStyles.Results);
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path}: not a result of the study: {e.Message}; delete it to have it made again", e);
        }
    }
}
