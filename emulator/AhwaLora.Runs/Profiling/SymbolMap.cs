using System.Globalization;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Runs.Profiling;

/// <summary>
/// The functions of a program by address. If the assembler source marks functions (<c>.type</c>), labels inside
/// them are not symbols; otherwise each label begins a function.
/// </summary>
public sealed class SymbolMap
{
    private const string Unknown = "[unknown]";

    private readonly ElfSymbol[] _symbols;

    /// <summary>The functions of <paramref name="image"/>.</summary>
    public SymbolMap(ElfImage image)
        : this(Functions(image))
    {
    }

    /// <summary>A map of the given functions.</summary>
    public SymbolMap(IEnumerable<ElfSymbol> symbols) => _symbols = [.. symbols];

    /// <summary>The functions in order of address.</summary>
    public IReadOnlyList<ElfSymbol> Symbols => _symbols;

    /// <summary>The function at <paramref name="pc"/>, or -1 for code below the first.</summary>
    public int IndexOf(uint pc)
    {
        var (low, high) = (0, _symbols.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_symbols[middle].Value <= pc) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }

    /// <summary>A function's name.</summary>
    public string NameOf(int index) => index < 0 ? Unknown : _symbols[index].Name;

    /// <summary>A function's address.</summary>
    public uint AddressOf(int index) => index < 0 ? 0 : _symbols[index].Value;

    /// <summary>The place of <paramref name="pc"/>: its function, and the bytes from its start.</summary>
    public (string Name, uint Offset) PlaceOf(uint pc)
    {
        var index = IndexOf(pc);
        return (NameOf(index), pc - AddressOf(index));
    }

    /// <summary>The place as text: <c>main+0x1c</c>.</summary>
    public string Describe(uint pc)
    {
        var (name, offset) = PlaceOf(pc);
        return offset == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}+0x{offset:x}");
    }

    private static IEnumerable<ElfSymbol> Functions(ElfImage image)
    {
        var end = 0UL;
        foreach (var symbol in ElfSymbol.Labels(image.Symbols.Where(s => !s.IsData)))
        {
            if (!symbol.IsFunction && symbol.Value < end) continue;
            if (symbol.IsFunction) end = (ulong)symbol.Value + symbol.Size;
            yield return symbol;
        }
    }
}
