using System.Numerics;
using System.Runtime.CompilerServices;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Interpreter;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Core.Translator;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine;

/// <content>How a platform's parts are made and connected. The <see cref="DeviceCatalog"/> lists the devices.</content>
public sealed partial class EmulatedMachine
{
    private FetchModel? _fetch;

    private bool IsExact => Options.Contention == Contention.Exact;

    private void BuildMemories()
    {
        foreach (var memory in Platform.AllMemories)
        {
            for (var hart = 0; hart < (memory.Private ? Platform.TotalHarts : 1); hart++)
            {
                var region = new MemoryRegion(memory.Name, memory.Base, memory.Size)
                {
                    Banks = memory.Banks,
                    BankBytes = memory.BankBytes,
                    Arbiter = memory.Arbiter,
                    ExtraCycles = memory.ExtraCycles,
                    WidthBytes = memory.WidthBytes,
                    OwnerHart = memory.Private ? hart : -1,
                };
                region.Stored += OnStored;
                _memories.Add(region);
            }
        }
    }

    private void BuildClusters()
    {
        var firstHart = 0;
        foreach (var (number, cluster) in Platform.Clusters.Index())
        {
            var tcdm = Platform.TcdmOf(number) is { Banks: not 0 } banked ? _memories.First(m => m.Base == banked.Base && m.Banks != 0) : null;
            _clusters.Add(new Cluster(number, new HartRange(firstHart, cluster.Harts), tcdm, this));
            firstHart += cluster.Harts;
        }
    }

    private void BuildDevices()
    {
        foreach (var planned in Options.Devices.Plan(Platform))
        {
            var mapping = new MappedDevice((uint)planned.Base, planned.Kind.Build(SiteOf(planned)));
            _devices.Add(mapping);
            if (planned.Cluster is { } cluster) _clusters[cluster].Add(mapping);
            if (mapping.Device is IClockedDevice clocked) _clocked.Add(clocked);
        }

        _tiles.AddRange(_devices.Select(mapping => mapping.Device).OfType<AimcTile>());
    }

    private DeviceSite SiteOf(PlannedDevice planned) => new()
    {
        Description = planned.Description,
        Name = planned.Name,
        Cluster = planned.Cluster ?? 0,
        Number = planned.Number,
        Initiator = Initiators.Device0 + _devices.Count,
        Masters = _clusters[planned.Cluster ?? 0],
        Tcdm = _clusters[planned.Cluster ?? 0],
        Interrupt = planned.Source != 0 && FindDevice<IInterruptController>() is { } controller ? controller.Source((int)planned.Source) : InterruptLine.Unconnected(),
        HartLines = bit => [.. Enumerable.Range(0, Platform.TotalHarts).Select(hart => new InterruptLine(level => SetPending(_harts[hart], bit, level)))],
        IsExact = IsExact,
        ClockHz = _clock.FrequencyHz,
        Seed = Options.Seed,
        ConsoleOutput = output => _host.Write((int)ConsoleStream.Output, [output]),
        ConsoleInput = Options.UartInput,
    };

    private T? FindDevice<T>()
        where T : class => _devices.Select(mapping => mapping.Device).OfType<T>().FirstOrDefault();

    private void BuildBanks()
    {
        if (!IsExact) return;
        foreach (var cluster in _clusters)
        {
            CheckWidestAccess(cluster);
            cluster.Arbitrate(this, Options.Placement.Data);
        }
    }

    /// <summary>An access that takes several banks needs each of them once.</summary>
    private static void CheckWidestAccess(Cluster cluster)
    {
        if (cluster.Tcdm is not { } tcdm) return;
        foreach (var device in cluster.Devices.Select(mapping => mapping.Device))
        {
            var bytes = device.BankMasters.Select(master => master.AccessBytes).DefaultIfEmpty().Max();
            var banks = (bytes - sizeof(uint) + 2 * tcdm.BankBytes - 1) / tcdm.BankBytes; // of an access that begins in the last word of a bank
            if (banks <= tcdm.Banks) continue;
            throw new PlatformException($"'{device.Name}' takes up to {banks} banks of '{tcdm.Name}' in one access, which has {tcdm.Banks}; "
                + $"give it at least {BitOperations.RoundUpToPowerOf2((uint)banks)}");
        }
    }

    private void BuildHarts()
    {
        var features = new HartFeatures
        {
            Extensions = PlatformRules.ParseIsa(Platform.Isa),
            HasUserMode = Platform.UserMode,
            HasPmp = Platform.Pmp,
            EmulatesMisaligned = Options.EmulateMisaligned ?? Options.Timing.EmulatesMisaligned,
            TimeSource = FindDevice<ITimeSource>(),
            Events = this,
        };
        if (Platform.InstructionMemory is { } fetch)
        {
            _fetch = new FetchModel(Platform.TotalHarts, fetch.BlockBytes, fetch.ExtraCycles, fetch.Cache?.ToTiming()) { Offset = Options.Placement.Code };
        }

        var divides = Platform.Fdiv;
        var decoder = new Decoder(features.Extensions, InstructionSet.Rows.Where(row => divides || row.Unit is not (Unit.FloatDivide or Unit.FloatSquareRoot)));
        var caches = _memories.ToDictionary(m => m, m => new CodeCache(m, decoder));
        var translations = IsTranslating
            ? new Translations(caches.Values, Options.Timing, IsExact && _memories.Exists(m => m.Banks != 0), new HeatThresholds(Options.DecodeThreshold, Options.HotThreshold), Options.CodeAsked)
            : null;
        Translated = translations?.Counts ?? new TranslationCounts();
        foreach (var cluster in _clusters)
        {
            for (var local = 0; local < cluster.HartNumbers.Count; local++) BuildHart(cluster, features, decoder, caches, translations);
        }
    }

    private void BuildHart(Cluster cluster, HartFeatures features, Decoder decoder, Dictionary<MemoryRegion, CodeCache> caches, Translations? translations)
    {
        var id = _harts.Count;
        var visible = _memories.Where(m => m.OwnerHart < 0 || m.OwnerHart == id).ToList();
        var hart = new Hart(id, new AddressSpace(visible, _devices), features);
        _harts.Add(hart);
        cluster.Add(hart);
        var streams = visible.Find(memory => memory.Base == Platform.TcdmOf(cluster.Number)?.Base) ?? visible[0];
        _engines.Add(Options.Timing.Build<EngineBuilder, IEngine>(new EngineBuilder(this, hart, decoder, streams, [.. visible.Select(m => caches[m])], translations)));
    }

    /// <summary>
    /// True if the translator may run. Translated code does not model fetches, and assumes that data lies at its addresses and ports are
    /// free; otherwise the interpreter runs.
    /// </summary>
    private bool IsTranslating => _fetch is null && Options.PortRefusal is null && Options.Placement.Data == 0 && CanTranslate;

    private bool CanTranslate =>
        Options.Engine == EngineKind.Translator || (Options.Engine == EngineKind.Auto && RuntimeFeature.IsDynamicCodeCompiled);

    /// <summary>Creates the engine of a hart for the pipeline of the timing profile.</summary>
    private readonly struct EngineBuilder(EmulatedMachine machine, Hart hart, Decoder decoder, MemoryRegion streams, CodeCache[] caches, Translations? translations) : IPipelineUser<IEngine>
    {
        public IEngine Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes)
            where TPipeline : struct, IPipeline
        {
            machine._pipelines.Add(state);
            if (state is DecoupledState decoupled) decoupled.DataOffset = machine.Options.Placement.Data;
            var side = (hart.Features.Extensions & (Extension.Xssr | Extension.Xfrep)) != 0 ? new FloatSide(hart, decoder, streams, state as DecoupledState) : null;
            if (state is DecoupledState refused) refused.Refusal = machine.Options.PortRefusal;
            if (side is { IsTimed: false }) machine._pipelines.Add(side.State);
            var interpreter = new Interpreter<TPipeline>(hart, pipeline, causes, caches, machine) { Side = side, HasExactContention = machine.IsExact, Fetch = machine._fetch };
            return translations?.EngineFor(interpreter, pipeline, state, caches) ?? interpreter;
        }
    }
}
