using System.Numerics;
using System.Reflection.Emit;
using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Memory;

namespace AhwaLora.Emu.Engines.Translator;

/// <content>
/// Loads and stores: the memory that the instruction probably accesses is tested inline, with one comparison; the other
/// memories follow out of line, and everything else is the interpreter's: devices, faults, stores that somebody watches.
/// </content>
internal sealed partial class RegionCompiler
{
    private void EmitLoad(Node node, int k)
    {
        var i = node.Block[k];
        var mustAlign = i.Row.Width > 1 && (_exactAlignment || !_features.EmulatesMisaligned);
        EmitByMemory(node, k, mustAlign, (m, offset) =>
        {
            EmitReference(_data[m]!, offset);
            EmitLoaded(i);
        });
    }

    private void EmitStore(Node node, int k)
    {
        var i = node.Block[k];

        // A misaligned store could reach into a second watched granule.
        EmitByMemory(node, k, mustAlign: i.Row.Width > 1, (m, offset) =>
        {
            EmitWatchTest(m, offset, Exit(node, k, ExitKind.Interpret));
            EmitReference(_data[m]!, offset);
            if (i.Row.IsFloat) _il.Emit(OpCodes.Ldloc, _registers[i.Rs2]!);
            else EmitBits(i.Rs2);
            _il.Emit((i.Row.IsFloat, i.Row.Width) switch
            {
                (true, _) => OpCodes.Stind_R4,
                (_, 1) => OpCodes.Stind_I1,
                (_, 2) => OpCodes.Stind_I2,
                _ => OpCodes.Stind_I4,
            });
        });
    }

    /// <summary>Emits <paramref name="access"/> for the memories the address may lie in; it gets the memory's number and the offset.</summary>
    private void EmitByMemory(Node node, int k, bool mustAlign, Action<int, LocalBuilder> access)
    {
        var i = node.Block[k];
        var probable = node.Memories[k];
        var others = Enumerable.Range(0, _memories.Count)
            .Where(m => m != probable && _memories[m].ExtraCycles == _memories[probable].ExtraCycles).ToArray();
        var elsewhere = others.Length == 0 ? Exit(node, k, ExitKind.Interpret) : _il.DefineLabel();
        access(probable, EmitOffset(i, probable, mustAlign, elsewhere));
        if (others.Length == 0) return;

        var done = _il.DefineLabel();
        _il.MarkLabel(done);
        _cold.Enqueue(() =>
        {
            foreach (var m in others)
            {
                _il.MarkLabel(elsewhere);
                elsewhere = m == others[^1] ? Exit(node, k, ExitKind.Interpret) : _il.DefineLabel();
                access(m, EmitOffset(i, m, mustAlign, elsewhere));
                _il.Emit(OpCodes.Br, done);
            }
        });
    }

    /// <summary>The access's offset in a memory; branches away where it does not lie inside, aligned if it must be.</summary>
    private LocalBuilder EmitOffset(in Instruction i, int m, bool mustAlign, Label elsewhere)
    {
        var memory = _memories[m];
        var offset = _il.DeclareLocal(typeof(uint));
        EmitBits(i.Rs1);
        _il.Emit(OpCodes.Ldc_I4, (int)((uint)i.Imm - memory.Base));
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Stloc, offset);
        if (mustAlign)
        {
            // Rotated right, a misaligned offset has its low bits at the top: one comparison finds both.
            var shift = BitOperations.Log2((uint)i.Row.Width);
            _il.Emit(OpCodes.Ldloc, offset);
            _il.Emit(OpCodes.Ldc_I4, shift);
            _il.Emit(OpCodes.Shr_Un);
            _il.Emit(OpCodes.Ldloc, offset);
            _il.Emit(OpCodes.Ldc_I4, 32 - shift);
            _il.Emit(OpCodes.Shl);
            _il.Emit(OpCodes.Or);
            _il.Emit(OpCodes.Ldc_I4, (int)(memory.Size >> shift));
            _il.Emit(OpCodes.Bge_Un, elsewhere);
        }
        else
        {
            _il.Emit(OpCodes.Ldloc, offset);
            _il.Emit(OpCodes.Ldc_I4, (int)(memory.Size - (uint)i.Row.Width));
            _il.Emit(OpCodes.Bgt_Un, elsewhere);
        }

        return offset;
    }

    private void EmitWatchTest(int m, LocalBuilder offset, Label watched)
    {
        _il.Emit(OpCodes.Ldloc, _watches[m]!);
        _il.Emit(OpCodes.Ldloc, offset);
        _il.Emit(OpCodes.Ldc_I4, MemoryRegion.GranuleShift);
        _il.Emit(OpCodes.Shr_Un);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_U1);
        _il.Emit(OpCodes.Brtrue, watched);
    }

    private void EmitReference(LocalBuilder start, LocalBuilder offset)
    {
        _il.Emit(OpCodes.Ldloc, start);
        _il.Emit(OpCodes.Ldloc, offset);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Add);
    }

    private void EmitLoaded(in Instruction i)
    {
        if (i.Row.IsFloat)
        {
            _il.Emit(OpCodes.Ldind_R4);
            _il.Emit(OpCodes.Stloc, _registers[i.Rd]!);
            return;
        }

        _il.Emit(i.Row.Width switch
        {
            1 => OpCodes.Ldind_U1,
            2 => OpCodes.Ldind_U2,
            _ => OpCodes.Ldind_U4,
        });
        EmitResult(i);
    }
}
