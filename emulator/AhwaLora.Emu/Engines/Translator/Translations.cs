using AhwaLora.Emu.Engines.Interpreter;
using AhwaLora.Emu.Memory;
using AhwaLora.Emu.Timing;

namespace AhwaLora.Emu.Engines.Translator;

/// <summary>The translated code of a machine, and what its harts' translators have in common.</summary>
internal sealed class Translations(IEnumerable<CodeCache> caches, TimingProfile profile, int hotThreshold) : IPipelineUser<IBlockTiming?>
{
    private readonly Dictionary<CodeCache, RegionTable> _tables = caches.ToDictionary(c => c, c => new RegionTable(c));
    private readonly VectorNumbers _vectors = new();
    private (IVectorState State, CauseCounters Causes) _live;

    /// <summary>A translator around <paramref name="interpreter"/>, or null where its pipeline has no stall vector.</summary>
    /// <param name="interpreter">The hart's interpreter.</param>
    /// <param name="pipeline">The state of its pipeline.</param>
    /// <param name="code">Decoded code of each memory the hart sees.</param>
    public IEngine? EngineFor(IStepper interpreter, IStateful pipeline, IEnumerable<CodeCache> code)
    {
        if (VectorsOf(pipeline) is not { } vectors) return null;
        _live = (vectors, interpreter.Causes);
        return profile.Build(this) is { } timing
            ? new Translator(interpreter, timing, code.Select(c => _tables[c])) { HotThreshold = hotThreshold }
            : null;
    }

    /// <inheritdoc/>
    IBlockTiming? IPipelineUser<IBlockTiming?>.Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes) =>
        VectorsOf(state) is { } vectors ? new PipelineTiming(_live, (pipeline, vectors, causes), _vectors) : null;

    private static IVectorState? VectorsOf(IStateful pipeline) => pipeline switch
    {
        FunctionalState functional => new FunctionalVectors(functional),
        BlockingState blocking => new BlockingVectors(blocking),
        _ => null,
    };
}
