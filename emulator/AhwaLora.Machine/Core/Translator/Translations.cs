using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Interpreter;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>The translated code of a machine, and what its harts' translators share.</summary>
internal sealed class Translations(IEnumerable<CodeCache> caches, TimingProfile profile, bool hasBanks, HeatThresholds thresholds, Action<RegionTable>? codeAsked) : IPipelineUser<PipelineTiming?>
{
    private readonly Dictionary<CodeCache, RegionTable> _tables = caches.ToDictionary(c => c, c => new RegionTable(c));
    private readonly StallNumbers _vectors = new();
    private (IPipeline Pipeline, IStallState State, CauseCounters Causes) _live;

    /// <summary>What was translated.</summary>
    public TranslationCounts Counts { get; } = new();

    /// <summary>A translator around <paramref name="interpreter"/>, or null if its pipeline has no stall vector.</summary>
    /// <param name="interpreter">The hart's interpreter.</param>
    /// <param name="pipeline">Its pipeline.</param>
    /// <param name="state">The pipeline's state.</param>
    /// <param name="code">Decoded code of each memory the hart sees.</param>
    public IEngine? EngineFor(IStepper interpreter, IPipeline pipeline, IStateful state, IEnumerable<CodeCache> code)
    {
        if (StallVectorsOf(state) is not { } vectors) return null;
        _live = (pipeline, vectors, interpreter.Causes);
        if (profile.Build(this) is not { } timing) return null;
        var seen = new HartCode(interpreter.Hart, code.Select(c => _tables[c]), hasBanks ? thresholds.WithBanks : thresholds, Counts, codeAsked);
        return hasBanks || profile.Decoupled is not null
            ? new PacedTranslator(interpreter, timing, seen, hasBanks)
            : new Translator(interpreter, timing, seen);
    }

    /// <inheritdoc/>
    PipelineTiming? IPipelineUser<PipelineTiming?>.Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes) =>
        StallVectorsOf(state) is { } vectors ? new PipelineTiming(_live, (pipeline, vectors, causes), _vectors) : null;

    private static IStallState? StallVectorsOf(IStateful pipeline) => pipeline switch
    {
        FunctionalState functional => new FunctionalStalls(functional),
        BlockingState blocking => new BlockingStalls(blocking),
        DecoupledState decoupled => new DecoupledStalls(decoupled),
        _ => null,
    };
}
