using System.Text.Json;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;
using AhwaLora.Train.Data;

namespace AhwaLora.Train.Study;

/// <summary>One way to run a task on tiles, over their age.</summary>
/// <param name="Task">The task.</param>
/// <param name="Method">none, adapter or full.</param>
/// <param name="Rank">Of the adapter; 0 for none.</param>
/// <param name="TrainedBits">Converters that training imagined; 0 if nothing was trained.</param>
/// <param name="Bits">Converters of the tiles.</param>
/// <param name="TrainedParameters">Numbers that learned.</param>
/// <param name="Digital">The same weights and adapter without tiles.</param>
/// <param name="Ages">On tiles.</param>
public sealed record Series(string Task, string Method, int Rank, int TrainedBits, int Bits, long TrainedParameters, double Digital, AgeSeries Ages);

/// <summary>Share of exact responses, in percent, of a causal model.</summary>
/// <param name="Data">instruct or reward.</param>
/// <param name="Method">none, adapter or reward.</param>
/// <param name="Digital">Without tiles.</param>
/// <param name="OnTiles">Right after programming.</param>
public sealed record Exactness(string Data, string Method, double Digital, double OnTiles);

/// <summary>All that one seed gave.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="BaseParameters">All numbers of the base and one head.</param>
/// <param name="Series">Of the encoder.</param>
/// <param name="Causal">Of the causal model.</param>
public sealed record SeedResult(int Seed, long BaseParameters, IReadOnlyList<Series> Series, IReadOnlyList<Exactness> Causal)
{
    /// <summary>Writes it.</summary>
    public void Write(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, JsonStyles.Results) + "\n");

    /// <summary>Reads it.</summary>
    /// <exception cref="UserErrorException">It is not such a file.</exception>
    public static SeedResult Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<SeedResult>(TextFiles.Read(path), JsonStyles.Results) ?? throw new JsonException("is null");
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path}: not a result of the study: {e.Message.Split('.')[0]}; delete it to have it made anew", e);
        }
    }
}
