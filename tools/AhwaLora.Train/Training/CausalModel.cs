using AhwaLora.Common.Files;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Inventory;
using AhwaLora.Models.Tensors;
using AhwaLora.Train.Data;
using AhwaLora.Train.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace AhwaLora.Train.Training;

/// <summary>A prompt and its response, as tokens: [CLS] prompt [SEP] response [SEP].</summary>
/// <param name="Ids">All tokens.</param>
/// <param name="PromptLength">The number of tokens up to and including the first [SEP].</param>
public sealed record Dialogue(int[] Ids, int PromptLength)
{
    /// <summary>The prompt's tokens.</summary>
    public ReadOnlySpan<int> Prompt => Ids.AsSpan(0, PromptLength);

    /// <summary>The response's tokens, including the [SEP] that ends it.</summary>
    public ReadOnlySpan<int> Response => Ids.AsSpan(PromptLength);

    /// <summary>Reads a folder of instructions.</summary>
    /// <exception cref="UserErrorException">A file is missing or malformed.</exception>
    public static Split<Dialogue> Read(string directory, TextEncoder tokenizer)
    {
        var read = InstructionLines.ReadDirectory(directory);
        return new Split<Dialogue>([.. read.Train.Select(i => Of(i, tokenizer))], [.. read.Dev.Select(i => Of(i, tokenizer))]);
    }

    /// <summary>An instruction as tokens.</summary>
    public static Dialogue Of(Instruction instruction, TextEncoder tokenizer)
    {
        int[] prompt = [tokenizer.Begin, .. tokenizer.Tokens(instruction.Prompt), tokenizer.Separator];
        return new Dialogue([.. prompt, .. tokenizer.Tokens(instruction.Response), tokenizer.Separator], prompt.Length);
    }
}

/// <summary>A small Llama with its tokenizer, as a directory: config.json, model.safetensors, vocab.txt.</summary>
public sealed record CausalModel(ModelConfig Config, Weights Weights, TextEncoder Tokenizer) : IDisposable
{
    /// <summary>PEFT's task_type for the model's adapters.</summary>
    public const string PeftType = "CAUSAL_LM";

    /// <summary>The longest response, in tokens.</summary>
    public const int LongestResponse = 6;

    /// <summary>The model's forward pass.</summary>
    public Decoder Decoder { get; } = new(Config);

    /// <summary>Creates an untrained model.</summary>
    public static CausalModel Create(ModelConfig config, TextEncoder tokenizer, int seed) =>
        new(config, Weights.Of(CheckpointGenerator.Tensors(config, (ulong)seed)), tokenizer);

    /// <summary>Reads a directory.</summary>
    /// <exception cref="UserErrorException">A file is missing or malformed, or it is not a llama.</exception>
    public static CausalModel Read(string directory)
    {
        using var checkpoint = Checkpoint.Open(directory);
        if (checkpoint.Config.ModelType != "llama") throw new UserErrorException($"{directory}: model_type '{checkpoint.Config.ModelType}'; only causal models of type llama can be trained");
        var tokenizer = TextEncoder.Read(Path.Combine(directory, TextEncoder.FileName));
        var weights = Weights.Of(CheckpointGenerator.Tensors(checkpoint.Config, 0).Select(t => (t.Name, t.Shape, checkpoint.Read(t.Name, t.Shape))));
        return new CausalModel(checkpoint.Config, weights, tokenizer);
    }

    /// <summary>Writes a directory.</summary>
    public void Write(string directory)
    {
        OutputDirectory.Make(directory);
        Checkpoint.Write(directory, Config, Weights.Values(), ElementType.Float16);
        AtomicFile.WriteText(Path.Combine(directory, TextEncoder.FileName), string.Join('\n', Tokenizer.Vocabulary) + "\n");
    }

    /// <summary>Log-probabilities of the tokens of each response.</summary>
    /// <returns>[examples, longest - 1] of the token after each position; and a mask, 1 if that token belongs to a response.</returns>
    public (Tensor LogProbabilities, Tensor Mask) ResponseLogProbabilities(IReadOnlyList<Dialogue> dialogues, ILinears linears)
    {
        var longest = dialogues.Max(d => d.Ids.Length);
        var (ids, mask) = (new long[dialogues.Count * longest], new float[dialogues.Count * (longest - 1)]);
        Array.Fill(ids, Tokenizer.Filling);
        foreach (var (row, dialogue) in dialogues.Index())
        {
            for (var i = 0; i < dialogue.Ids.Length; i++) ids[row * longest + i] = dialogue.Ids[i];
            mask.AsSpan(row * (longest - 1) + dialogue.PromptLength - 1, dialogue.Ids.Length - dialogue.PromptLength).Fill(1);
        }

        var table = tensor(ids, dialogues.Count, longest);
        var scores = nn.functional.log_softmax(Decoder.Forward(table.slice(1, 0, longest - 1, 1), Weights, linears), -1);
        var chosen = scores.gather(-1, table.slice(1, 1, longest, 1).unsqueeze(-1)).squeeze(-1);
        return (chosen, tensor(mask, dialogues.Count, longest - 1));
    }

    /// <summary>Continues prompts until [SEP] or <see cref="LongestResponse"/> tokens.</summary>
    /// <param name="prompts">Dialogues that hold the prompts; their responses are ignored.</param>
    /// <param name="linears">How linear layers are computed.</param>
    /// <param name="generator">Draws each token at temperature 1; null takes the most likely one.</param>
    /// <returns>The dialogues with the new responses, in the order of the prompts.</returns>
    public IReadOnlyList<Dialogue> Respond(IReadOnlyList<Dialogue> prompts, ILinears linears, Generator? generator)
    {
        using var frozen = no_grad();
        var answers = new Dialogue[prompts.Count];
        foreach (var alike in prompts.Index().GroupBy(p => p.Item.PromptLength).OrderBy(g => g.Key))
        {
            var written = RespondTogether([.. alike.Select(p => p.Item.Prompt.ToArray().ToList())], alike.Key, linears, generator);
            foreach (var (place, ids) in alike.Zip(written)) answers[place.Index] = new Dialogue(ids, alike.Key);
        }

        return answers;
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private int[][] RespondTogether(List<int>[] sequences, int promptLength, ILinears linears, Generator? generator)
    {
        for (var token = 0; token < LongestResponse && sequences.Any(s => s.IndexOf(Tokenizer.Separator, promptLength) < 0); token++)
        {
            using var scope = NewDisposeScope();
            var table = tensor(sequences.SelectMany(s => s.Select(id => (long)id)).ToArray(), sequences.Length, sequences[0].Count);
            var last = Decoder.Forward(table, Weights, linears).select(1, table.shape[1] - 1);
            var next = generator is null ? last.argmax(1) : multinomial(nn.functional.softmax(last, 1), 1, false, generator).squeeze(1);
            var chosen = next.data<long>().ToArray();
            for (var i = 0; i < sequences.Length; i++) sequences[i].Add((int)chosen[i]);
        }

        return [.. sequences.Select(UpToEnd)];

        int[] UpToEnd(List<int> ids)
        {
            var end = ids.IndexOf(Tokenizer.Separator, promptLength);
            return [.. end < 0 ? ids : ids[..(end + 1)]];
        }
    }
}
