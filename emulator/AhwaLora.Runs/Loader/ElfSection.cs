using System.Buffers.Binary;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Runs.Loader;

/// <summary>A section.</summary>
/// <param name="Name">Name, such as .text.</param>
/// <param name="Type">Type, such as SHT_PROGBITS.</param>
/// <param name="IsCode">SHF_EXECINSTR.</param>
/// <param name="Address">Address it is linked to.</param>
/// <param name="Contents">Its bytes in the file; none if it needs no memory in the machine, such as debug information.</param>
public sealed record ElfSection(string Name, uint Type, bool IsCode, uint Address, ReadOnlyMemory<byte> Contents)
{
    /// <summary>Its bytes decoded as instructions, in order, with their addresses; data among them are decoded like code.</summary>
    public IEnumerable<(uint Pc, Instruction Instruction)> Decode(Decoder decoder)
    {
        for (var at = 0; at + 2 <= Contents.Length;)
        {
            var bytes = Contents.Span[at..];
            uint word = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
            if (!Decoder.IsCompressed(word) && bytes.Length >= 4) word = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var instruction = decoder.Decode(word);
            yield return (Address + (uint)at, instruction);
            at += instruction.Length;
        }
    }
}
