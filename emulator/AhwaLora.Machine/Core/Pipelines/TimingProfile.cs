using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AhwaLora.Common.Text;

namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>
/// How long things take: one of the pipeline models and its latencies. The functional profile has neither.
/// Data only: a new profile is a new value of this type, in code or as JSON.
/// </summary>
public sealed record TimingProfile
{
    private const string RtlSource = "RTL simulation, ideal memories; user manual where the rule says so";

    /// <summary>Name, as <c>--timing</c> takes it.</summary>
    public required string Name { get; init; }

    /// <summary>Where its figures come from, in one line.</summary>
    public required string Source { get; init; }

    /// <summary>The extensions of the core, for a platform that names none; null for those that every platform has.</summary>
    [JsonIgnore]
    public string? Isa { get; init; }

    /// <summary>Latencies of the blocking pipeline, if that is the model.</summary>
    public BlockingTiming? Blocking { get; init; }

    /// <summary>Latencies of the decoupled pipeline, if that is the model.</summary>
    public DecoupledTiming? Decoupled { get; init; }

    /// <summary>The sources of single latencies, by JSON name, if they differ from the sources of the model's defaults.</summary>
    public IReadOnlyDictionary<string, Provenance> Provenance { get; init; } = new Dictionary<string, Provenance>();

    /// <summary>Profile <c>functional</c>.</summary>
    public static TimingProfile Functional { get; } = new() { Name = "functional", Source = "by definition: one cycle per instruction" };

    /// <summary>The profiles that have a name.</summary>
    public static IReadOnlyList<TimingProfile> All { get; } =
    [
        Functional,
        Cv32e40p("cv32e40p", 1),
        Cv32e40p("cv32e40p-fpu0", 0),
        Cv32e40p("cv32e40p-fpu1", 1),
        Cv32e40p("cv32e40p-fpu2", 2),
        Cv32e40p("cv32e40p-fpu3", 3),
        Snitch("snitch", "default core with sequencer", new DecoupledTiming()) with { Isa = "rv32imafd_zicsr_zifencei_zfh_xfvec_xfdotp_xssr_xfrep" },
        Snitch("snitch-def", "default FPU, no sequencer", new DecoupledTiming { SequencerEntries = 0 }),
        Snitch("snitch-rvf", "single-precision FPU, no sequencer", new DecoupledTiming { SequencerEntries = 0, FloatAddMultiplyStages = 2 }),
    ];

    /// <summary>True if the core splits misaligned accesses instead of trapping.</summary>
    [JsonIgnore]
    public bool EmulatesMisaligned => Decoupled is null;

    /// <summary>The profile with that name.</summary>
    /// <exception cref="TimingProfileException">There is no profile with that name.</exception>
    public static TimingProfile Named(string name) =>
        All.FirstOrDefault(p => p.Name == name)
        ?? throw new TimingProfileException($"no timing profile '{name}'; expected {string.Join(", ", All.Select(p => p.Name))}, or a JSON file");

    /// <summary>Parses a user's own profile from JSON.</summary>
    /// <exception cref="TimingProfileException">The profile is not valid; the message is one line that names the field.</exception>
    public static TimingProfile Parse(string json)
    {
        try
        {
            var profile = JsonText.Take<TimingProfile>(JsonText.ParseObject(json, JsonStyles.Configuration), JsonStyles.Configuration);
            profile.Check();
            return profile;
        }
        catch (JsonException e)
        {
            throw new TimingProfileException(e.Message, e);
        }
    }

    /// <summary>Every latency of the profile: its name in JSON, its value, and where it comes from.</summary>
    public IEnumerable<(string Name, int Value, Provenance Provenance)> Latencies()
    {
        foreach (var (name, value, rule) in Rules()) yield return (name, value, Provenance.TryGetValue(name, out var own) ? own : rule.Provenance);
    }

    /// <summary>Makes a pipeline for one hart and passes it to <paramref name="user"/> as its own concrete type.</summary>
    public T Build<T>(IPipelineUser<T> user) => Build<IPipelineUser<T>, T>(user);

    /// <summary>
    /// As <see cref="Build{T}"/>. If the user is a struct, what it does with each pipeline is known when this is compiled
    /// ahead of time, and is compiled with it.
    /// </summary>
    public T Build<TUser, T>(TUser user)
        where TUser : IPipelineUser<T>
    {
        if (Blocking is not null)
        {
            var state = new BlockingState(Blocking);
            return user.Use(new BlockingPipeline(state), state, state.Causes);
        }

        if (Decoupled is not null)
        {
            var state = new DecoupledState(Decoupled);
            return user.Use(new DecoupledPipeline(state), state, state.Causes);
        }

        var functional = new FunctionalState();
        return user.Use(new FunctionalPipeline(functional), functional, functional.Causes);
    }

    private static TimingProfile Cv32e40p(string name, int latency) => new()
    {
        Name = name,
        Source = $"CV32E40P v1.8.3, RV32IM + F, FPU latency {latency}: {RtlSource}",
        Blocking = new BlockingTiming { FloatAddMultiplyLatency = latency, FloatOtherLatency = latency },
    };

    private static TimingProfile Snitch(string name, string variant, DecoupledTiming timing) => new()
    {
        Name = name,
        Source = $"snitch_cluster 2fa3848, {variant}: {RtlSource}",
        Decoupled = timing,
    };

    private IEnumerable<(string Name, int Value, RuleAttribute Rule)> Rules()
    {
        object? timing = Blocking is not null ? Blocking : Decoupled;
        if (timing is null) yield break;
        foreach (var property in timing.GetType().GetProperties())
        {
            if (property.GetCustomAttribute<RuleAttribute>() is not { } rule) continue;
            yield return (JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name), (int)property.GetValue(timing)!, rule);
        }
    }

    private void Check()
    {
        if (Blocking is not null && Decoupled is not null) throw new TimingProfileException("field 'decoupled': a profile has 'blocking' or 'decoupled', not both");
        var rules = Rules().ToList();
        foreach (var (name, value, rule) in rules)
        {
            if (value < rule.Minimum || value > rule.Maximum) throw new TimingProfileException($"field '{name}': {value} is out of range, expected {rule.Minimum} to {rule.Maximum}");
        }

        foreach (var name in Provenance.Keys)
        {
            if (!rules.Any(r => r.Name == name)) throw new TimingProfileException($"field 'provenance.{name}': no such latency");
        }
    }
}

/// <summary>Takes a pipeline as its own concrete type, so that an engine can be specialised on it.</summary>
public interface IPipelineUser<T>
{
    /// <summary>Uses <paramref name="pipeline"/>, whose state a snapshot holds and which counts into <paramref name="causes"/>.</summary>
    T Use<TPipeline>(TPipeline pipeline, State.IStateful state, CauseCounters causes)
        where TPipeline : struct, IPipeline;
}

/// <summary>A timing profile does not exist or is not valid; the message is one line.</summary>
public sealed class TimingProfileException : Exception
{
    /// <summary>An error with its one-line message.</summary>
    public TimingProfileException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its one-line message and the exception that caused it.</summary>
    public TimingProfileException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
