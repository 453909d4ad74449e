using System.Buffers.Binary;

namespace AhwaLora.Runs.Loader;

/// <summary>An entry of a symbol table: st_name, st_value, st_size, st_info, st_other, st_shndx (System V ABI, "Symbol Table").</summary>
internal static class ElfSymbolEntry
{
    /// <summary>Bytes of an entry.</summary>
    public const int Bytes = 16;

    private const int NoType = 0, Object = 1, Function = 2, CommonBlock = 5, IndirectFunction = 10;
    private const int Global = 1, Weak = 2, Unique = 10;
    private const ushort Undefined = 0, Common = 0xfff2;

    /// <summary>The symbol; null if it has no name, is not defined in this file, or has no address of its own: a section, a source file, a thread's variable.</summary>
    public static ElfSymbol? Parse(ReadOnlySpan<byte> entry, string name)
    {
        var (type, binding) = (entry[12] & 0xf, entry[12] >> 4);
        var hasAddress = type is NoType or Object or Function or CommonBlock or IndirectFunction;
        if (name.Length == 0 || !hasAddress || BinaryPrimitives.ReadUInt16LittleEndian(entry[14..]) is Undefined or Common) return null;
        return new ElfSymbol(
            name,
            BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]),
            type is Function or IndirectFunction,
            binding is Global or Unique ? ElfBinding.Global : binding == Weak ? ElfBinding.Weak : ElfBinding.Local,
            type is Object or CommonBlock);
    }
}
