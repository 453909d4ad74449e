using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using AhwaLora.Emu.Isa;
using AhwaLora.Emu.Memory;

namespace AhwaLora.Emu.Engines.Translator;

/// <content>
/// Loads and stores: the memory that the instruction probably accesses is tested inline, with one comparison; where it
/// has met others they follow out of line, and the rest is the interpreter's: devices, faults, stores somebody watches.
/// </content>
internal sealed partial class RegionCompiler
{
    private static readonly MethodInfo RotateRight = typeof(BitOperations).GetMethod(nameof(BitOperations.RotateRight), [typeof(uint), typeof(int)])!;

    private readonly Dictionary<(string Field, int Memory), LocalBuilder> _starts = [];

    private void EmitLoad(Node node, int k)
    {
        var i = node.Block[k];
        var mustAlign = i.Row.Width > 1 && (_exactAlignment || !_features.EmulatesMisaligned);
        EmitAddressTest(node, k, i, Exit(node, k, ExitKind.Interpret));
        EmitByMemory(node, k, mustAlign, (m, offset) =>
        {
            EmitAddressNote(i);
            EmitLoaded(i, () => EmitReference(nameof(Frame.Data), m, offset));
        });
    }

    private void EmitStore(Node node, int k)
    {
        var i = node.Block[k];

        EmitAddressTest(node, k, i, Exit(node, k, ExitKind.Interpret));

        // A misaligned store could reach into a second watched granule.
        EmitByMemory(node, k, mustAlign: i.Row.Width > 1, (m, offset) =>
        {
            EmitWatchTest(m, offset, Exit(node, k, ExitKind.Interpret));
            EmitAddressNote(i);
            EmitReference(nameof(Frame.Data), m, offset);
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
        var exit = Exit(node, k, ExitKind.Interpret);
        var memories = node.Memories[k];
        if (memories.Length == 1)
        {
            access(memories[0], EmitOffset(i, memories[0], mustAlign, exit));
            return;
        }

        var elsewhere = _il.DefineLabel();
        var done = _il.DefineLabel();
        access(memories[0], EmitOffset(i, memories[0], mustAlign, elsewhere));
        _il.MarkLabel(done);
        _cold.Enqueue(() =>
        {
            foreach (var m in memories[1..])
            {
                _il.MarkLabel(elsewhere);
                elsewhere = m == memories[^1] ? exit : _il.DefineLabel();
                access(m, EmitOffset(i, m, mustAlign, elsewhere));
                _il.Emit(OpCodes.Br, done);
            }
        });
    }

    /// <summary>The access's offset in a memory; branches away where it does not lie inside, aligned if it must be.</summary>
    private LocalBuilder EmitOffset(in Instruction i, int m, bool mustAlign, Label elsewhere)
    {
        var memory = _memories[m];
        var offset = _il.DeclareLocal(typeof(nuint));
        EmitBits(i.Rs1);
        _il.Emit(OpCodes.Ldc_I4, (int)((uint)i.Imm - memory.Base));
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Stloc, offset);
        if (mustAlign)
        {
            // Rotated right, a misaligned offset has its low bits at the top: one comparison finds both.
            var shift = BitOperations.Log2((uint)i.Row.Width);
            _il.Emit(OpCodes.Ldloc, offset);
            _il.Emit(OpCodes.Conv_U4);
            _il.Emit(OpCodes.Ldc_I4, shift);
            _il.Emit(OpCodes.Call, RotateRight);
            _il.Emit(OpCodes.Ldc_I4, (int)(memory.Size >> shift));
            EmitLeaveUnless(OpCodes.Blt_Un, elsewhere);
        }
        else
        {
            _il.Emit(OpCodes.Ldloc, offset);
            _il.Emit(OpCodes.Ldc_I4, (int)(memory.Size - (uint)i.Row.Width));
            _il.Emit(OpCodes.Conv_U);
            EmitLeaveUnless(OpCodes.Ble_Un, elsewhere);
        }

        return offset;
    }

    private void EmitWatchTest(int m, LocalBuilder offset, Label watched)
    {
        EmitStart(nameof(Frame.Watches), m);
        _il.Emit(OpCodes.Ldloc, offset);
        _il.Emit(OpCodes.Ldc_I4, MemoryRegion.GranuleShift);
        _il.Emit(OpCodes.Shr_Un);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_U1);
        EmitLeaveUnless(OpCodes.Brfalse, watched);
    }

    private void EmitReference(string field, int m, LocalBuilder offset)
    {
        EmitStart(field, m);
        _il.Emit(OpCodes.Ldloc, offset);
        _il.Emit(OpCodes.Add);
    }

    /// <summary>The first byte of a memory's contents or watches: in a local where the region's instructions probably need it.</summary>
    private void EmitStart(string field, int m)
    {
        if (_starts.TryGetValue((field, m), out var local)) _il.Emit(OpCodes.Ldloc, local);
        else EmitLoadStart(field, m);
    }

    private void EmitLoadStart(string field, int m)
    {
        EmitFrameField(field);
        _il.Emit(OpCodes.Ldc_I4, m);
        _il.Emit(OpCodes.Ldelem_Ref);
        _il.Emit(OpCodes.Call, FirstByte);
    }

    private void DeclareStarts(Node node)
    {
        for (var k = 0; k < node.Block.Count; k++)
        {
            var shape = node.Block[k].Shape;
            if (shape is Shape.Load or Shape.Store) DeclareStart(nameof(Frame.Data), node.Memories[k][0]);
            if (shape is Shape.Store) DeclareStart(nameof(Frame.Watches), node.Memories[k][0]);
        }
    }

    private void DeclareStart(string field, int m)
    {
        if (_starts.ContainsKey((field, m))) return;
        var local = _il.DeclareLocal(typeof(byte).MakeByRefType());
        EmitLoadStart(field, m);
        _il.Emit(OpCodes.Stloc, local);
        _starts.Add((field, m), local);
    }

    private void EmitLoaded(in Instruction i, Action emitReference)
    {
        if (i.Row.IsFloat)
        {
            emitReference();
            _il.Emit(OpCodes.Ldind_R4);
            _il.Emit(OpCodes.Stloc, _registers[i.Rd]!);
            return;
        }

        var load = i.Row.Width switch
        {
            1 => OpCodes.Ldind_U1,
            2 => OpCodes.Ldind_U2,
            _ => OpCodes.Ldind_U4,
        };
        EmitResult(i, _ =>
        {
            emitReference();
            _il.Emit(load);
        });
    }
}
