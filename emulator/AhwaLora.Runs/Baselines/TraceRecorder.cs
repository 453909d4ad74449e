using System.IO.Compression;
using AhwaLora.Machine;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Machine.Isa;
using AhwaLora.Runs.Profiling;

namespace AhwaLora.Runs.Baselines;

/// <summary>Records the trace that belongs to a baseline (<see cref="TraceFormat"/>).</summary>
public sealed class TraceRecorder : IProbe
{
    private readonly HartTrace[] _harts;
    private readonly SymbolMap _symbols;
    private readonly PcTable<uint> _words = new();
    private readonly ulong _everyInstruction;

    /// <summary>A recorder for a machine that has yet to run.</summary>
    public TraceRecorder(EmulatedMachine machine, SymbolMap symbols, ulong everyInstruction = TraceFormat.EveryInstruction)
    {
        _symbols = symbols;
        _everyInstruction = everyInstruction;
        _harts = [.. machine.Harts.Select(hart => new HartTrace(machine.CausesOf(hart.Id), new MemoryStream()))];
    }

    /// <summary>Writes the trace; nothing can be recorded after that.</summary>
    public void Save(Stream stream)
    {
        using var output = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        output.Write(TraceFormat.Magic);
        output.Write(_everyInstruction);
        output.Write(_symbols.Symbols.Count);
        foreach (var symbol in _symbols.Symbols)
        {
            output.Write(symbol.Name);
            output.Write(symbol.Value);
        }

        var code = _words.Entries.Where(e => e.Value != 0).ToList();
        output.Write(code.Count);
        foreach (var (pc, word) in code)
        {
            output.Write(pc);
            output.Write(word);
        }

        output.Write(_harts.Length);
        foreach (var hart in _harts)
        {
            output.Write(hart.Retired);
            output.Write(hart.Cycles);
            var bytes = hart.Finish();
            output.Write(bytes.Length);
            output.Write(bytes);
        }
    }

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction) => true;

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value)
    {
    }

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
    }

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
        var trace = _harts[hart.Id];
        if (!TraceFormat.Keeps(trace.Retired++, _everyInstruction)) return;
        ref var word = ref _words[pc];
        if (word == 0) word = instruction.Word;
        trace.Add(pc);
    }

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc)
    {
    }

    private sealed class HartTrace
    {
        private const int LongestEntry = 20;

        private readonly CauseCounters _causes;
        private readonly MemoryStream _bytes;
        private readonly Stream _compressor;
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _used;
        private uint _pc;
        private ulong _cycles;

        public HartTrace(CauseCounters causes, MemoryStream bytes) =>
            (_causes, _bytes, _compressor) = (causes, bytes, new BrotliStream(bytes, CompressionLevel.Optimal, leaveOpen: true));

        public ulong Retired;

        public ulong Cycles => _causes.Total;

        public void Add(uint pc)
        {
            if (_used > _buffer.Length - LongestEntry) Flush();
            var cycles = _causes.Total;
            Put(TraceFormat.ZigZag((int)(pc - _pc) >> 1));
            Put(cycles - _cycles);
            (_pc, _cycles) = (pc, cycles);
        }

        public byte[] Finish()
        {
            Flush();
            _compressor.Dispose();
            return _bytes.ToArray();
        }

        private void Put(ulong value)
        {
            for (; value >= 0x80; value >>= 7) _buffer[_used++] = (byte)(value | 0x80);
            _buffer[_used++] = (byte)value;
        }

        private void Flush()
        {
            _compressor.Write(_buffer, 0, _used);
            _used = 0;
        }
    }
}
