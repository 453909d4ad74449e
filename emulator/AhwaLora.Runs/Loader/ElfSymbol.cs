namespace AhwaLora.Runs.Loader;

/// <summary>Who sees a symbol, from the weakest to the strongest (System V ABI, "Symbol Table").</summary>
public enum ElfBinding
{
    /// <summary>Only the object file that defines it; others may have a symbol of the same name.</summary>
    Local,

    /// <summary>All, unless a global symbol has the same name.</summary>
    Weak,

    /// <summary>All.</summary>
    Global,
}

/// <summary>A symbol with a name.</summary>
/// <param name="Name">Name in the symbol table.</param>
/// <param name="Value">Address.</param>
/// <param name="Size">Bytes; 0 if the size is not given.</param>
/// <param name="IsFunction">True for code.</param>
/// <param name="Binding">Who sees it.</param>
/// <param name="IsData">True for a variable; a label of assembly code is neither function nor variable.</param>
public sealed record ElfSymbol(string Name, uint Value, uint Size, bool IsFunction, ElfBinding Binding = ElfBinding.Global, bool IsData = false)
{
    /// <summary>True for a name from the source: $x and $d separate code from data (psABI, "Mapping Symbol"); .L and L0 are made by the compiler.</summary>
    public bool IsLabel => !Name.StartsWith('$') && !Name.StartsWith(".L", StringComparison.Ordinal) && !Name.StartsWith("L0\u0001", StringComparison.Ordinal);

    /// <summary>
    /// The name of each address that has one, in order of address. Of several symbols, a function comes first, then one with a size, then
    /// one without leading underscores, then the stronger binding, then the first in the file.
    /// </summary>
    public static IEnumerable<ElfSymbol> Labels(IEnumerable<ElfSymbol> symbols) =>
        from symbol in symbols
        where symbol.IsLabel
        group symbol by symbol.Value into same
        orderby same.Key
        select same.OrderByDescending(s => s.IsFunction).ThenByDescending(s => s.Size != 0)
            .ThenBy(s => s.Name.StartsWith("__", StringComparison.Ordinal)).ThenByDescending(s => s.Binding).First();
}
