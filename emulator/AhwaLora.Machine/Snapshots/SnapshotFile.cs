using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AhwaLora.Common.Text;
using AhwaLora.Machine.Platform;
using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Snapshots;

/// <summary>A snapshot cannot be restored; the message says why and what to do.</summary>
public sealed class SnapshotException(string message) : Exception(message);

/// <summary>
/// A machine's state in a file: a header, then the state compressed with Brotli. The header names the format, the
/// product, and the platform, options and program that the state belongs to; a digest covers all of it.
/// </summary>
/// <remarks>
/// Layout, little-endian: magic (8 bytes), format version (4), length of the product's version (4) and its UTF-8 bytes,
/// SHA-256 of what was run (32), SHA-256 of the compressed state (32), the compressed state.
/// </remarks>
public static class SnapshotFile
{
    /// <summary>Version of the format; it changes whenever a component saves other fields.</summary>
    public const int FormatVersion = 7;

    private const int DigestBytes = SHA256.HashSizeInBytes, MaxVersionBytes = 64;
    private const long MostStateBytes = 1L << 32;

    private static ReadOnlySpan<byte> Magic => "AHWASNAP"u8;

    /// <summary>Writes the state of <paramref name="machine"/>.</summary>
    /// <param name="machine">A machine between two runs.</param>
    /// <param name="program">Identifies the program: its file, or a digest of what is loaded.</param>
    /// <param name="stream">Where it is written.</param>
    public static void Save(EmulatedMachine machine, ReadOnlySpan<byte> program, Stream stream)
    {
        var payload = new MemoryStream();
        using (var compressor = new BrotliStream(payload, CompressionLevel.Fastest, leaveOpen: true)) machine.SaveOrRestore(new StateStream(compressor, saving: true));
        var compressed = payload.GetBuffer().AsSpan(0, (int)payload.Length);

        var version = Encoding.UTF8.GetBytes(Product.Version);
        stream.Write(Magic);
        WriteNumber(stream, FormatVersion);
        WriteNumber(stream, version.Length);
        stream.Write(version);
        stream.Write(IdentityOf(machine, program));
        stream.Write(SHA256.HashData(compressed));
        stream.Write(compressed);
    }

    /// <summary>Brings <paramref name="machine"/>, which was built and loaded alike, to a saved state.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="program">As it was for <see cref="Save"/>.</param>
    /// <param name="stream">A stream that can seek.</param>
    /// <exception cref="SnapshotException">The data is not a snapshot, is damaged, or has another format, platform, options or program. If the state itself is damaged, the machine holds a part of it; otherwise it is unchanged.</exception>
    public static void Restore(EmulatedMachine machine, ReadOnlySpan<byte> program, Stream stream)
    {
        var magic = new byte[Magic.Length];
        if (stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !Magic.SequenceEqual(magic)) throw new SnapshotException("is not a snapshot");
        var format = ReadNumber(stream);
        if (format != FormatVersion) throw new SnapshotException($"has snapshot format {format}; this version reads format {FormatVersion}: save it again");
        var length = ReadNumber(stream);
        if (length is < 0 or > MaxVersionBytes) throw Damaged();
        var version = Encoding.UTF8.GetString(Read(stream, length));
        var identity = Read(stream, DigestBytes);
        var digest = Read(stream, DigestBytes);
        if (version != Product.Version) throw new SnapshotException($"was saved by version {version}; this is {Product.Version}: save it again");
        if (!IdentityOf(machine, program).AsSpan().SequenceEqual(identity)) throw new SnapshotException("was saved by a run of another program, platform or options: give the same ones");

        var begin = stream.Position;
        if (stream.Length - begin > MostStateBytes || !SHA256.HashData(stream).AsSpan().SequenceEqual(digest)) throw Damaged();
        stream.Position = begin;
        RestoreState(machine, stream);
    }

    /// <summary>The digest shows damage, not intent: whoever changes the state can compute it again. So the state is checked too.</summary>
    private static void RestoreState(EmulatedMachine machine, Stream stream)
    {
        try
        {
            using var decompressor = new BrotliStream(stream, CompressionMode.Decompress, leaveOpen: true);
            machine.SaveOrRestore(new StateStream(decompressor, saving: false));
        }
        catch (Exception e) when (e is IOException || IsContradiction(e))
        {
            throw Damaged();
        }
    }

    /// <summary>
    /// True for what a machine throws only if parts of its state contradict each other. Many such states are refused when they are restored;
    /// others show only in the run.
    /// </summary>
    public static bool IsContradiction(Exception exception) => exception is InvalidDataException or InvalidOperationException or InvalidCastException
        or IndexOutOfRangeException or ArgumentException or NullReferenceException or ArithmeticException;

    /// <summary>A digest of everything that determines a run. The engine, and when it translates, are not part of it.</summary>
    private static byte[] IdentityOf(EmulatedMachine machine, ReadOnlySpan<byte> program)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(PlatformJson.Write(machine.Platform)));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(machine.Options with { Engine = EngineKind.Auto, HotThreshold = 0 }));
        hash.AppendData(SHA256.HashData(program));
        return hash.GetHashAndReset();
    }

    private static SnapshotException Damaged() => new("is damaged: save it again");

    private static byte[] Read(Stream stream, int bytes)
    {
        var buffer = new byte[bytes];
        return stream.ReadAtLeast(buffer, bytes, throwOnEndOfStream: false) == bytes ? buffer : throw Damaged();
    }

    private static int ReadNumber(Stream stream) => BinaryPrimitives.ReadInt32LittleEndian(Read(stream, 4));

    private static void WriteNumber(Stream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }
}
