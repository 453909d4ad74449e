namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>A name and what it stands for: a place in a section, or a value.</summary>
internal sealed class Symbol(string name)
{
    private Section? _section;
    private int _fragment;

    /// <summary>Its name; numeric labels and the place <c>.</c> have names that no program can write.</summary>
    public string Name { get; } = name;

    /// <summary>What <c>.equ</c> made it.</summary>
    public Expression? Equated { get; set; }

    /// <summary>The section in which it is a label.</summary>
    public Section? Section => _section;

    /// <summary>Declared by <c>.globl</c>.</summary>
    public bool IsGlobal { get; set; }

    /// <summary>Declared by <c>.type name, @function</c>.</summary>
    public bool IsFunction { get; set; }

    /// <summary>What <c>.size</c> gave it.</summary>
    public Expression? Size { get; set; }

    /// <summary>True once it stands for anything.</summary>
    public bool IsDefined => _section is not null || Equated is not null;

    /// <summary>Address or value; null as long as its section has no place.</summary>
    public long? Value => _section is null ? Equated?.Evaluate() : _section.IsPlaced ? _section.AddressOf(_fragment) : null;

    /// <summary>Makes it a label: the place at which <paramref name="section"/> goes on.</summary>
    public void Mark(Section section)
    {
        if (IsDefined) throw new AssemblerException($"'{Name}' is defined twice");
        (_section, _fragment) = (section, section.Fragments.Count);
    }
}

/// <summary>The symbols of a program, in the order in which they are first named.</summary>
internal sealed class SymbolTable
{
    private readonly Dictionary<string, Symbol> _symbols = [];
    private readonly Dictionary<string, int> _numericLabels = [];

    /// <summary>Those that have a name in the file: not numeric labels, nor the compiler's own (.L).</summary>
    public IEnumerable<Symbol> Named => _symbols.Values.Where(s => s.IsDefined && !s.Name.Contains('\0', StringComparison.Ordinal) && !s.Name.StartsWith(".L", StringComparison.Ordinal));

    /// <summary>The symbol of a name.</summary>
    public Symbol this[string name]
    {
        get
        {
            if (!_symbols.TryGetValue(name, out var symbol)) _symbols.Add(name, symbol = new Symbol(name));
            return symbol;
        }
    }

    /// <summary>The next label of a number: <c>1:</c>.</summary>
    public Symbol NextNumeric(string number) => this[$"{number}\0{_numericLabels[number] = Last(number) + 1}"];

    /// <summary>The label that <c>1b</c> or <c>1f</c> means here.</summary>
    public Symbol Numeric(string reference)
    {
        var (number, forward) = (reference[..^1], reference[^1] == 'f');
        return this[$"{number}\0{Last(number) + (forward ? 1 : 0)}"];
    }

    private int Last(string number) => _numericLabels.GetValueOrDefault(number);
}
