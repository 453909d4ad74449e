using System.Runtime.CompilerServices;
using AhwaLora.Analog.Crossbar;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Clusters;
using AhwaLora.Machine.Clusters.Dma;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Interpreter;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Core.Translator;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.Isa;
using AhwaLora.Machine.Order;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.Soc;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine;

/// <content>How a platform's parts are made and connected. A new device is a class and a line here.</content>
public sealed partial class EmulatedMachine
{
    [Unsaved("wired by the assembly")]
    private Clint? _clint;
    [Unsaved("one of the devices, which are passed")]
    private ClusterBlock? _cluster;
    private FetchModel? _fetch;

    private bool IsExact => Options.Contention == Contention.Exact;

    private void BuildMemories()
    {
        foreach (var memory in Platform.Memories)
        {
            for (var hart = 0; hart < (memory.Private ? Platform.Harts : 1); hart++)
            {
                var region = new MemoryRegion(memory.Name, memory.Base, memory.Size)
                {
                    Banks = memory.Banks,
                    ExtraCycles = memory.ExtraCycles,
                    WidthBytes = memory.WidthBytes,
                    OwnerHart = memory.Private ? hart : -1,
                };
                region.Stored += OnStored;
                _memories.Add(region);
            }
        }
    }

    private void BuildDevices()
    {
        var harts = Platform.Harts;
        if (Platform.Clint is { } clint) Add(clint.Base, _clint = new Clint(Lines(InterruptBits.Msi), Lines(InterruptBits.Mti), clint.CyclesPerTick));

        var plic = Platform.Plic is null ? null : new Plic(PlicRegisters.MaxSources, Lines(InterruptBits.Mei));
        InterruptLine Source(uint source) => plic?.Source((int)source) ?? InterruptLine.Unconnected();
        if (plic is not null) Add(Platform.Plic!.Base, plic);
        if (Platform.Uart is { } uart) Add(uart.Base, new Uart16550(b => _host.Write((int)ConsoleStream.Output, [b]), Source(PlicRegisters.SourceUart), Options.UartInput));
        if (Platform.Cluster is { } cluster)
        {
            Add(cluster.Base, _cluster = new ClusterBlock(harts, this, this));
            _barriers.Add(_cluster.Barrier);
        }

        if (Platform.BarrierWord is { } word)
        {
            var barrier = new BarrierWord(harts, this);
            Add(word.Base, barrier);
            _barriers.Add(barrier.Barrier);
        }

        if (Platform.Dma is { } dma) Add(dma.Base, new Dma(harts, this, Source(PlicRegisters.SourceDma), dma.BytesPerCycle, dma.QueueDepth, dma.StartCycles, IsExact));
        if (Platform.Aimc is { } aimc)
        {
            for (var number = 0; number < aimc.Tiles; number++) AddTile(aimc, number, Source(PlicRegisters.SourceTile0 + (uint)number));
        }
    }

    private void AddTile(AimcDescription aimc, int number, InterruptLine interrupt)
    {
        var crossbar = new CrossbarArray(aimc.BuildCrossbar(number, Options.Seed));
        var tile = new AimcTile(
            new AimcTileOptions
            {
                Name = $"tile{number}",
                Number = number,
                ClockHz = _clock.FrequencyHz,
                Contexts = aimc.Contexts,
                WordsPerCycle = (uint)aimc.StreamWordsPerCycle,
                TIntNs = (uint)aimc.IntegrationNs,
                ExactContention = IsExact,
            },
            crossbar,
            this,
            interrupt);
        Add(aimc.Base + (uint)number * AimcTileRegisters.Map.Size, tile);
        _tiles.Add(tile);
    }

    private InterruptLine[] Lines(int bit) =>
        [.. Enumerable.Range(0, Platform.Harts).Select(hart => new InterruptLine(level => SetPending(_harts[hart], bit, level)))];

    private void Add(uint address, IDevice device)
    {
        var size = PlatformRules.Map(Platform).First(m => m.Base == address).Size;
        _devices.Add(new MappedDevice(address, (uint)size, device));
        if (device is IClockedDevice clocked) _clocked.Add(clocked);
    }

    private BankScheduler? BuildBanks()
    {
        if (!IsExact || _memories.FirstOrDefault(m => m.Banks != 0 && m.OwnerHart < 0) is not { } tcdm) return null;
        var masters = _devices.SelectMany(d => d.Device switch
        {
            Dma { BankMaster: { } master } => [("dma", master)],
            AimcTile tile => tile.BankMasters.Select(master => (tile.Name, master)),
            _ => Enumerable.Empty<(string, IBankMaster)>(),
        });
        return new BankScheduler(this, tcdm, masters, Options.Placement.Data);
    }

    private void BuildHarts()
    {
        var features = new HartFeatures
        {
            Extensions = PlatformRules.ParseIsa(Platform.Isa),
            HasUserMode = Platform.UserMode,
            HasPmp = Platform.Pmp,
            EmulatesMisaligned = Options.EmulateMisaligned ?? Options.Timing.EmulatesMisaligned,
            TimeSource = _clint,
            Events = this,
        };
        if (Platform.InstructionMemory is { } fetch) _fetch = new FetchModel(Platform.Harts, fetch.BlockBytes, fetch.ExtraCycles, fetch.Cache?.ToTiming()) { Offset = Options.Placement.Code };
        var decoder = new Decoder(features.Extensions);
        var caches = _memories.ToDictionary(m => m, m => new CodeCache(m, decoder));
        var translations = IsTranslating ? new Translations(caches.Values, Options.Timing, IsExact && _memories.Exists(m => m.Banks != 0), Options.HotThreshold, Options.CodeAsked) : null;
        for (var id = 0; id < Platform.Harts; id++)
        {
            var visible = _memories.Where(m => m.OwnerHart < 0 || m.OwnerHart == id).ToList();
            var hart = new Hart(id, new AddressSpace(visible, _devices), features);
            _harts.Add(hart);
            _engines.Add(Options.Timing.Build<EngineBuilder, IEngine>(new EngineBuilder(this, hart, [.. visible.Select(m => caches[m])], translations)));
        }
    }

    /// <summary>Translated code does not fetch, so a fetch model needs the interpreter; and it takes data to lie where its addresses say.</summary>
    private bool IsTranslating => _fetch is null && Options.Placement.Data == 0 && CanTranslate;

    private bool CanTranslate =>
        Options.Engine == EngineKind.Translator || (Options.Engine == EngineKind.Auto && RuntimeFeature.IsDynamicCodeCompiled);

    /// <summary>Makes the engine of a hart for whichever pipeline the profile has.</summary>
    private readonly struct EngineBuilder(EmulatedMachine machine, Hart hart, CodeCache[] caches, Translations? translations) : IPipelineUser<IEngine>
    {
        public IEngine Use<TPipeline>(TPipeline pipeline, IStateful state, CauseCounters causes)
            where TPipeline : struct, IPipeline
        {
            machine._pipelines.Add(state);
            if (state is DecoupledState decoupled) decoupled.DataOffset = machine.Options.Placement.Data;
            var interpreter = new Interpreter<TPipeline>(hart, pipeline, causes, caches, machine) { HasExactContention = machine.IsExact, Fetch = machine._fetch };
            return translations?.EngineFor(interpreter, pipeline, state, caches) ?? interpreter;
        }
    }
}
