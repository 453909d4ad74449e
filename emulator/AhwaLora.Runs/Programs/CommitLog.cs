using System.Globalization;
using AhwaLora.Machine.Core;
using AhwaLora.Machine.Core.Execution;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Runs.Programs;

/// <summary>
/// One line for each retired instruction, in the format of Spike's <c>--log-commits</c>, so that the two can be compared
/// line by line: hart, privilege, pc, word, then what changed (registers and CSRs by number, loads, stores).
/// </summary>
public sealed class CommitLog : IProbe
{
    private const int MstatusKey = (int)CsrMap.Mstatus << 4 | CsrKind, CsrKind = 4, FloatKind = 1;

    private readonly TextWriter _output;
    private readonly SortedList<int, string> _written = [];
    private readonly List<string> _loads = [], _stores = [];
    private uint _privilege, _mstatus;

    /// <summary>A log that writes to <paramref name="output"/>, which the caller keeps and closes.</summary>
    public CommitLog(TextWriter output) => _output = output;

    /// <inheritdoc/>
    public bool Before(Hart hart, in Instruction instruction)
    {
        (_privilege, _mstatus) = (hart.Privilege, hart.Mstatus);
        return true;
    }

    /// <inheritdoc/>
    public void Loaded(Hart hart, uint address, int bytes, uint value) => _loads.Add($" mem 0x{address:x8}");

    /// <inheritdoc/>
    public void Stored(Hart hart, uint address, int bytes, uint value)
    {
        var digits = (value & (uint)((1UL << (8 * bytes)) - 1)).ToString($"x{2 * bytes}", CultureInfo.InvariantCulture);
        _stores.Add($" mem 0x{address:x8} 0x{digits}");
    }

    /// <inheritdoc/>
    public void Raised(Hart hart, uint fflags) => Csr(hart, CsrMap.Fflags);

    /// <inheritdoc/>
    public void Retired(Hart hart, uint pc, in Instruction instruction)
    {
        NoteRegister(hart, instruction);
        NoteCsrs(hart, instruction);
        var word = instruction.Length == 2 ? $"0x{instruction.Word:x4}" : $"0x{instruction.Word:x8}";
        _output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"core{hart.Id,4}: {_privilege} 0x{pc:x8} ({word}){string.Concat(_written.Values)}{string.Concat(_loads)}{string.Concat(_stores)}"));
        Clear();
    }

    /// <inheritdoc/>
    public void Trapped(Hart hart, uint pc) => Clear();

    // Spike sorts what changed by register number, then by kind.
    private void NoteRegister(Hart hart, in Instruction i)
    {
        if (i.Writes == 0) return;
        var isFloat = i.Rd >= Registers.F0;
        var number = i.Rd - (isFloat ? Registers.F0 : 0);
        _written[number << 4 | (isFloat ? FloatKind : 0)] = string.Create(CultureInfo.InvariantCulture, $" {(isFloat ? 'f' : 'x')}{number,-2} 0x{hart.Register(i.Rd):x8}");
    }

    private void NoteCsrs(Hart hart, in Instruction i)
    {
        if (i.Shape == Shape.Mret)
        {
            Csr(hart, CsrMap.Mstatus);
            Csr(hart, CsrMap.Mstatush);
        }

        if (i.Shape is Shape.Csr or Shape.CsrImmediate && Zicsr.Writes(i))
        {
            if (i.Imm == CsrMap.Fcsr)
            {
                Csr(hart, CsrMap.Fflags);
                Csr(hart, CsrMap.Frm);
            }
            else
            {
                Csr(hart, (uint)i.Imm);
            }
        }

        // The first instruction to change floating-point state also makes mstatus.FS dirty.
        if ((_mstatus & MstatusBits.Fs) != (hart.Mstatus & MstatusBits.Fs) && !_written.ContainsKey(MstatusKey)) Csr(hart, CsrMap.Mstatus);
    }

    private void Csr(Hart hart, uint number)
    {
        var value = number == CsrMap.Mstatus ? CsrFile.Mstatus(hart) : CsrFile.TryRead(hart, number, out var read) ? read : 0;
        _written[(int)number << 4 | CsrKind] = string.Create(CultureInfo.InvariantCulture, $" c{number}_{CsrMap.NameOf(number)} 0x{value:x8}");
    }

    private void Clear()
    {
        _written.Clear();
        _loads.Clear();
        _stores.Clear();
    }
}
