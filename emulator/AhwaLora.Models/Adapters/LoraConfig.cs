using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Models.Adapters;

/// <summary>
/// An adapter as PEFT's <c>adapter_config.json</c> describes it, under PEFT's names. Fields that change the mathematics and are not
/// supported are refused when the file is read; other fields are kept as they are.
/// </summary>
public sealed record LoraConfig
{
    /// <summary>Name of the file in an adapter's directory.</summary>
    public const string FileName = "adapter_config.json";

    // Fields of PEFT that ask for something other than y + scale (x A) B, and what they ask for.
    private static readonly (string Field, string Meaning)[] Unsupported =
    [
        ("use_dora", "weight-decomposed adapters (DoRA)"),
        ("use_qalora", "QA-LoRA"),
        ("use_bdlora", "block-diagonal adapters"),
        ("lora_bias", "a bias of B"),
        ("layer_replication", "replicated layers"),
        ("trainable_token_indices", "trained token embeddings"),
        ("target_parameters", "adapters of parameters outside linear layers"),
        ("alora_invocation_tokens", "activated adapters (aLoRA)"),
    ];

    /// <summary>Kind of adapter; always LORA.</summary>
    public string PeftType { get; init; } = "LORA";

    /// <summary>Kind of task, as SEQ_CLS or QUESTION_ANS; null for none.</summary>
    public string? TaskType { get; init; }

    /// <summary>The checkpoint that the adapter was trained on: a directory or a name.</summary>
    public string? BaseModelNameOrPath { get; init; }

    /// <summary>Rank r.</summary>
    [JsonRequired]
    public int R { get; init; }

    /// <summary>alpha; the branch is multiplied by alpha / r.</summary>
    public double LoraAlpha { get; init; } = 8;

    /// <summary>Dropout of x in training.</summary>
    public double LoraDropout { get; init; }

    /// <summary>Which modules have an adapter: a list of names or ends of names, one regular expression for the whole name, or all-linear.</summary>
    public JsonElement? TargetModules { get; init; }

    /// <summary>Which modules have none, in the same forms.</summary>
    public JsonElement? ExcludeModules { get; init; }

    /// <summary>Ranks of modules that differ, by the end of their names.</summary>
    [AllowNull]
    public IReadOnlyDictionary<string, int> RankPattern { get; init => field = value ?? new Dictionary<string, int>(); } = new Dictionary<string, int>();

    /// <summary>Alphas of modules that differ, by the end of their names.</summary>
    [AllowNull]
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init => field = value ?? new Dictionary<string, double>(); } = new Dictionary<string, double>();

    /// <summary>The branch is multiplied by alpha / sqrt(r) instead.</summary>
    public bool UseRslora { get; init; }

    /// <summary>Which biases were trained: none.</summary>
    public string Bias { get; init; } = "none";

    /// <summary>The base layers hold [in, out]; A and B are the same either way.</summary>
    public bool FanInFanOut { get; init; }

    /// <summary>Modules that were trained in full and are saved with the adapter, such as the classifier.</summary>
    public IReadOnlyList<string>? ModulesToSave { get; init; }

    /// <summary>True if the adapter is for inference, not for further training.</summary>
    public bool InferenceMode { get; init; } = true;

    /// <summary>All other fields.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Others { get; init; }

    /// <summary>A configuration for these modules.</summary>
    public static LoraConfig Of(int rank, double alpha, IEnumerable<string> targetModules, string? taskType = null, string? baseModel = null, IReadOnlyList<string>? modulesToSave = null) => new()
    {
        R = rank,
        LoraAlpha = alpha,
        TargetModules = JsonSerializer.SerializeToElement(targetModules.Distinct().Order(StringComparer.Ordinal)),
        TaskType = taskType,
        BaseModelNameOrPath = baseModel,
        ModulesToSave = modulesToSave,
    };

    /// <summary>Rank of a module's adapter.</summary>
    public int RankOf(string module) => Of(RankPattern, module) ?? R;

    /// <summary>What a module's branch is multiplied by: alpha / r, or alpha / sqrt(r).</summary>
    public float ScaleOf(string module)
    {
        var (rank, alpha) = (RankOf(module), Of(AlphaPattern, module) ?? LoraAlpha);
        return (float)(alpha / (UseRslora ? Math.Sqrt(rank) : rank));
    }

    /// <summary>True if a module has an adapter.</summary>
    public bool Targets(string module) => Names(TargetModules, module) && !Names(ExcludeModules, module);

    /// <summary>True if a module was trained in full and is saved with the adapter.</summary>
    public bool Saves(string module) => ModulesToSave?.Any(name => IsEnd(module, name)) == true;

    /// <summary>Reads an adapter's adapter_config.json.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or asks for something that is not supported: the message names the field.</exception>
    public static LoraConfig Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        var config = JsonText.Read<LoraConfig>(path, JsonStyles.ForeignWithNulls);
        config.Check(path);
        return config;
    }

    /// <summary>Writes it into an adapter's directory.</summary>
    /// <exception cref="UserErrorException">It cannot be written.</exception>
    public void Write(string directory) => AtomicFile.WriteText(Path.Combine(directory, FileName), JsonSerializer.Serialize(this, JsonStyles.ForeignWithNulls) + "\n");

    private void Check(string path)
    {
        void Require(bool holds, string what)
        {
            if (!holds) throw new UserErrorException($"{path}: {what}");
        }

        Require(PeftType == "LORA", $"peft_type is '{PeftType}'; only LORA is supported");
        Require(Bias == "none", $"bias is '{Bias}'; trained biases are not supported: train with bias=\"none\"");
        foreach (var (field, meaning) in Unsupported)
        {
            Require(!Asks(field), $"{field} asks for {meaning}, which is not supported");
        }

        Require(R is > 0 and <= 1024, $"r is {R}; expected 1 to 1024");
        Require(float.IsFinite((float)LoraAlpha), $"lora_alpha is {LoraAlpha}; expected a number within the range of float32");
        foreach (var (module, rank) in RankPattern) Require(rank is > 0 and <= 1024, $"rank_pattern '{module}' is {rank}; expected 1 to 1024");
        foreach (var (module, alpha) in AlphaPattern) Require(float.IsFinite((float)alpha), $"alpha_pattern '{module}' is {alpha}; expected a number within the range of float32");
        foreach (var (name, patterns) in new[] { ("target_modules", TargetModules), ("exclude_modules", ExcludeModules) })
        {
            Require(patterns is null || patterns.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null || IsListOfNames(patterns.Value), $"{name} is neither a string nor a list of names");
            if (patterns?.ValueKind == JsonValueKind.String) Require(IsExpression(patterns.Value.GetString()!), $"{name} is not a regular expression");
        }

        foreach (var name in RankPattern.Keys.Concat(AlphaPattern.Keys)) Require(IsExpression(name), $"'{name}' in rank_pattern or alpha_pattern is not a regular expression");
    }

    private static bool IsExpression(string text)
    {
        try
        {
            _ = Regex.IsMatch("", text);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsListOfNames(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String);

    private bool Asks(string field) => Others is not null && Others.TryGetValue(field, out var value) && value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(),
        _ => true,
    };

    private static bool Names(JsonElement? patterns, string module) => patterns?.ValueKind switch
    {
        JsonValueKind.Array => patterns.Value.EnumerateArray().Any(name => IsEnd(module, name.GetString()!)),
        JsonValueKind.String when patterns.Value.GetString() == "all-linear" => true,
        JsonValueKind.String => Regex.IsMatch(module, $"^(?:{patterns.Value.GetString()})$"),
        _ => false,
    };

    // In PEFT a name matches the whole module name or its last parts.
    private static bool IsEnd(string module, string name) => module == name || module.EndsWith("." + name, StringComparison.Ordinal);

    private static T? Of<T>(IReadOnlyDictionary<string, T> pattern, string module)
        where T : struct
    {
        foreach (var (name, value) in pattern)
        {
            if (Regex.IsMatch(module, $@"^(?:.*\.)?(?:{name})$")) return value;
        }

        return null;
    }
}
