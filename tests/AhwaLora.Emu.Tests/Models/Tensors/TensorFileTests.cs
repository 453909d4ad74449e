using System.Buffers.Binary;
using System.Text;
using AhwaLora.Common.Files;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Emu.Tests.Models.Tensors;

/// <summary>The two formats of weights: round trips, every element type, and files that lie about themselves.</summary>
public sealed class TensorFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string At(string name) => Path.Combine(_directory, name);

    private string Write(string name, params byte[][] parts)
    {
        File.WriteAllBytes(At(name), [.. parts.SelectMany(p => p)]);
        return At(name);
    }

    private string Npy(string header, byte[] data, byte version = 1)
    {
        var text = Encoding.Latin1.GetBytes(header + "\n");
        var length = new byte[version == 1 ? 2 : 4];
        if (version == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        else BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        return Write("w.npy", [0x93, .. "NUMPY"u8], [version, 0], length, text, data);
    }

    private string Safetensors(string header, int dataBytes, long? length = null)
    {
        var size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, length ?? Encoding.UTF8.GetByteCount(header));
        return Write("w.safetensors", size, Encoding.UTF8.GetBytes(header), new byte[dataBytes]);
    }

    private static float[] ReadOnly(string path)
    {
        using var file = TensorFile.Open(path);
        return file.Read(file.Find(null));
    }

    private static void AssertRefused(string expected, string path)
    {
        var error = Assert.Throws<UserErrorException>(() => ReadOnly(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void What_is_written_as_npy_is_read_back_to_the_bit()
    {
        float[] values = [0, -0f, 1.5f, float.Epsilon, float.MaxValue, -1e-20f];
        NpyFormat.Write(At("a.npy"), [2, 3], values);
        using var file = TensorFile.Open(At("a.npy"));
        var entry = Assert.Single(file.Entries);
        Assert.Equal(("a", "<f4", "2,3"), (entry.Name, entry.TypeName, string.Join(",", entry.Shape)));
        Assert.Equal(0, entry.Offset % 64);
        Assert.Equal(values.Select(BitConverter.SingleToUInt32Bits), file.Read(entry).Select(BitConverter.SingleToUInt32Bits));
    }

    [Fact]
    public void What_is_written_as_safetensors_is_read_back_by_name()
    {
        SafetensorsFormat.Write(At("a.safetensors"), [("first", [2, 2], [1, 2, 3, 4]), ("grüße.weight", [1, 3], [5, -6, 7.25f]), ("empty", [0, 9], [])]);
        using var file = TensorFile.Open(At("a.safetensors"));
        Assert.Equal([1f, 2, 3, 4], file.Read(file.Find("first")));
        Assert.Equal([5f, -6, 7.25f], file.Read(file.Find("grüße.weight")));
        Assert.Empty(file.Read(file.Find("empty")));
        Assert.Contains("no tensor 'third'", Assert.Throws<UserErrorException>(() => file.Find("third")).Message, StringComparison.Ordinal);
        Assert.Contains("name one tensor", Assert.Throws<UserErrorException>(() => file.Find(null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_half_precision_cannot_hold_is_refused_and_nothing_is_written()
    {
        var error = Assert.Throws<UserErrorException>(() => SafetensorsFormat.Write(At("a.safetensors"), [("w", [2], [1, 70_000])], ElementType.Float16));
        Assert.EndsWith("tensor 'w': 70000 is outside the range of F16", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory));
    }

    [Fact]
    public void A_file_larger_than_memory_is_mapped_tensor_by_tensor()
    {
        const long Large = 1L << 36;
        var path = Safetensors($"{{\"large\":{{\"dtype\":\"F32\",\"shape\":[{Large / 4}],\"data_offsets\":[0,{Large}]}},\"last\":{{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[{Large},{Large + 8}]}}}}", 0);
        using (var stream = File.OpenWrite(path))
        {
            // A hole up to the last tensor: it takes no room on the disk.
            stream.Seek(Large, SeekOrigin.End);
            stream.Write([0, 0, 0x20, 0xC0, 0, 0, 0x80, 0x3F]);
        }

        using var file = TensorFile.Open(path);
        Assert.Equal([-2.5f, 1], file.Read(file.Find("last")));
        Assert.Contains("tensor 'large' [17179869184] F32: it has more than", Assert.Throws<UserErrorException>(() => file.Read(file.Find("large"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<f4", new byte[] { 0, 0, 0x20, 0xC0 }, -2.5f)]
    [InlineData("<f8", new byte[] { 0, 0, 0, 0, 0, 0, 0x04, 0xC0 }, -2.5f)]
    [InlineData("<f2", new byte[] { 0x00, 0xC1 }, -2.5f)]
    [InlineData("|i1", new byte[] { 0xFE }, -2f)]
    [InlineData("|u1", new byte[] { 0xFE }, 254f)]
    [InlineData("<i2", new byte[] { 0xFE, 0xFF }, -2f)]
    [InlineData("<i4", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF }, -2f)]
    [InlineData("<i8", new byte[] { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, -2f)]
    public void Every_number_of_NumPy_becomes_a_float(string descr, byte[] element, float expected)
    {
        foreach (byte version in new byte[] { 1, 2, 3 })
        {
            Assert.Equal([expected, expected], ReadOnly(Npy($"{{'descr': '{descr}', 'fortran_order': False, 'shape': (2,), }}", [.. element, .. element], version)));
        }
    }

    [Theory]
    [InlineData("F16", 2)]
    [InlineData("BF16", 2)]
    [InlineData("F32", 4)]
    public void Weights_of_safetensors_come_in_three_types(string type, int bytes)
    {
        var path = Safetensors($"{{\"__metadata__\":{{\"format\":\"pt\"}},\"w\":{{\"dtype\":\"{type}\",\"shape\":[2],\"data_offsets\":[0,{2 * bytes}]}}}}", 2 * bytes);
        var all = File.ReadAllBytes(path);
        var one = type switch { "F16" => new byte[] { 0x00, 0x3C }, "BF16" => [0x80, 0x3F], _ => [0, 0, 0x80, 0x3F] };
        one.CopyTo(all, all.Length - bytes);
        File.WriteAllBytes(path, all);
        Assert.Equal([0f, 1f], ReadOnly(path));
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4, "[1] >f4: its elements are not weights")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8, "not weights")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }", 16, "tensor 'w' [2, 2] <f4 is in Fortran order")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }", 12, "tensor 'w' [2, 2] <f4: 12 bytes follow")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000, 4000000000, 4000000000), }", 12, "not the size of")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 0, "'-1' in its shape")]
    [InlineData("{'fortran_order': False, 'shape': (1,), }", 4, "lacks descr")]
    [InlineData("", 4, "lacks descr")]
    public void Npy_headers_that_do_not_fit_are_named(string header, int bytes, string expected) => AssertRefused(expected, Npy(header, new byte[bytes]));

    [Theory]
    [InlineData("", "\\x93NUMPY")]
    [InlineData("934E554D505901", "\\x93NUMPY")]
    [InlineData("934E554D505909007600", "\\x93NUMPY")]
    [InlineData("934E554D5059090076007B7B", "version 9")]
    [InlineData("934E554D50590100FFFF7B7B", "header of 65535 bytes")]
    [InlineData("934E554D50590200FFFFFFFF7B", "header of 4294967295 bytes")]
    public void Npy_files_cut_short_are_refused(string hex, string expected) => AssertRefused(expected, Write("w.npy", Convert.FromHexString(hex)));

    [Theory]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}", 12, "tensor 'w' [2, 2] F32 lies at 0 to 16, outside the 12 bytes")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,12]}}", 12, "tensor 'w' [2, 2] F32 has 12 bytes")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[3037000500,3037000500,3],\"data_offsets\":[0,12]}}", 12, "not the size of")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,4]}}", 8, "outside the 8 bytes")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[9223372036854775803,9223372036854775807]}}", 8, "outside the 8 bytes")]
    [InlineData("{\"v\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "tensor 'w' [2] F32 overlaps")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "follows a gap")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "4 bytes follow its last tensor")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "header is not JSON")]
    [InlineData("{\"w\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, "tensor 'w' lacks")]
    [InlineData("{\"w\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "tensor 'w' lacks")]
    [InlineData("{\"w\":{\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "tensor 'w' [4] BOOL: its elements are not weights")]
    [InlineData("{\"w\":{\"dtype\":\"F6\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "tensor 'w' [4] F6: its elements are not weights")]
    [InlineData("{\"w\":1}", 0, "tensor 'w' lacks")]
    [InlineData("{\"\\ud800\":1}", 0, "header is not JSON")]
    [InlineData("[]", 0, "not a JSON object")]
    [InlineData("{", 0, "header is not JSON")]
    public void Safetensors_headers_that_do_not_fit_are_named(string header, int bytes, string expected) => AssertRefused(expected, Safetensors(header, bytes));

    [Theory]
    [InlineData(3)]
    [InlineData(100_000_001)]
    [InlineData(-1)]
    public void Safetensors_headers_longer_than_the_file_are_refused(long length) => AssertRefused("header does not fit into the file", Safetensors("{}", 0, length));

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        AssertRefused("no such file", At("none.npy"));
        AssertRefused("expected .npy or .safetensors", Write("w.pt", [1]));
        Directory.CreateDirectory(At("d.npy"));
        AssertRefused("is a directory", At("d.npy"));
    }
}
