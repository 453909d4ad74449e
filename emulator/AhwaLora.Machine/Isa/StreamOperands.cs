namespace AhwaLora.Machine.Isa;

/// <summary>The f operands of an instruction that a core with streams takes from a stream, or gives to one.</summary>
[Flags]
public enum StreamOperands
{
    /// <summary>None: the registers themselves.</summary>
    None = 0,

    /// <summary>The sources: each register that is read takes one element, however many operands name it.</summary>
    Sources = 1,

    /// <summary>The destination: the result goes to the stream as well as to the register.</summary>
    Destination = 2,

    /// <summary>All of them, the common case.</summary>
    All = Sources | Destination,
}
