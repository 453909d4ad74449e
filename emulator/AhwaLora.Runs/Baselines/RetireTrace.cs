using System.IO.Compression;
using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Machine.Bus;
using AhwaLora.Runs.Loader;
using AhwaLora.Runs.Profiling;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Runs.Baselines;

/// <summary>A trace that is read from a file (<see cref="TraceFormat"/>).</summary>
public sealed class RetireTrace
{
    private readonly string _path;
    private readonly Dictionary<uint, uint> _words = [];
    private readonly (ulong Retired, ulong Cycles, byte[] Bytes)[] _harts;

    private RetireTrace(string path, BinaryReader input)
    {
        _path = path;
        if (input.ReadString() != TraceFormat.Magic) throw new InvalidDataException();
        EveryInstruction = input.ReadUInt64();
        Symbols = new SymbolMap([.. Enumerable.Range(0, input.ReadInt32()).Select(_ => new ElfSymbol(input.ReadString(), input.ReadUInt32(), 0, IsFunction: true))]);
        for (var n = input.ReadInt32(); n > 0; n--) _words[input.ReadUInt32()] = input.ReadUInt32();
        var harts = input.ReadInt32();
        if (harts is < 0 or > HartSet.Capacity) throw new InvalidDataException();
        _harts = new (ulong, ulong, byte[])[harts];
        for (var n = 0; n < _harts.Length; n++)
        {
            var (retired, cycles, length) = (input.ReadUInt64(), input.ReadUInt64(), input.ReadInt32());
            if (length > input.BaseStream.Length - input.BaseStream.Position) throw new InvalidDataException();
            _harts[n] = (retired, cycles, input.ReadBytes(length));
        }
    }

    /// <summary>The functions of the program that was traced.</summary>
    public SymbolMap Symbols { get; }

    internal ulong EveryInstruction { get; }

    /// <summary>Reads a file; null if it does not exist.</summary>
    /// <exception cref="UserErrorException">The file is not a trace.</exception>
    public static RetireTrace? Load(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            using var input = new BinaryReader(InputFile.Open(path));
            return new RetireTrace(path, input);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw Malformed(path, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"{path}: cannot be read", e);
        }
    }

    /// <summary>True if the trace was written with <paramref name="baseline"/>.</summary>
    public bool BelongsTo(Baseline baseline) =>
        _harts.Length == baseline.Harts
        && _harts.Index().All(h => baseline.Scopes.Any(s => s.Name == $"hart {h.Index}" && s.Instructions == h.Item.Retired && s.Cycles == h.Item.Cycles));

    /// <summary>The instruction word at <paramref name="pc"/>, or 0 if it was not executed.</summary>
    internal uint WordAt(uint pc) => _words.GetValueOrDefault(pc);

    /// <summary>Starts reading a hart's instructions at the first.</summary>
    internal Reader Open(int hart) =>
        new(_path, _harts[hart].Retired, EveryInstruction, new BrotliStream(new MemoryStream(_harts[hart].Bytes), CompressionMode.Decompress));

    private static SettingException Malformed(string path, Exception e) =>
        new($"{path}: not a trace, or damaged; write it again with {RunSettings.UpdateBaseline}", e);

    /// <summary>Reads the kept instructions of a hart, one by one.</summary>
    internal sealed class Reader
    {
        private readonly string _path;
        private readonly ulong _retired, _everyInstruction;
        private readonly Stream _stream;
        private readonly byte[] _buffer = new byte[1 << 16];
        private int _at, _end;
        private ulong _index;

        public Reader(string path, ulong retired, ulong everyInstruction, Stream entries) =>
            (_path, _retired, _everyInstruction, _stream) = (path, retired, everyInstruction, entries);

        /// <summary>Address of the instruction read last.</summary>
        public uint Pc { get; private set; }

        /// <summary>The cycle after it.</summary>
        public ulong Cycle { get; private set; }

        /// <summary>Its number.</summary>
        public ulong Index { get; private set; }

        /// <summary>Reads the next one that was kept; false after the last.</summary>
        public bool MoveNext()
        {
            while (_index < _retired && !TraceFormat.Keeps(_index, _everyInstruction)) _index++;
            if (_index >= _retired) return false;
            Index = _index++;
            Pc += (uint)TraceFormat.UnZigZag(Number()) << 1;
            Cycle += Number();
            return true;
        }

        private ulong Number()
        {
            var value = 0UL;
            for (var shift = 0; ; shift += 7)
            {
                if (_at == _end) Fill();
                var next = _buffer[_at++];
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80) return value;
            }
        }

        private void Fill()
        {
            try
            {
                (_at, _end) = (0, _stream.Read(_buffer));
                if (_end == 0) throw new EndOfStreamException();
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException or EndOfStreamException)
            {
                throw Malformed(_path, e);
            }
        }
    }
}
