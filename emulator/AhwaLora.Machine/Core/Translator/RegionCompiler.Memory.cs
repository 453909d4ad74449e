using System.Diagnostics;
using System.Numerics;
using System.Reflection.Emit;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Machine.Core.Translator;

/// <content>
/// Loads and stores: the memory that the instruction probably accesses is tested inline, with one comparison for all
/// accesses through a base register (<see cref="AccessGroup"/>). If an access has met other memories, their tests follow out of line.
/// The interpreter does the rest: devices, faults, and stores to watched granules.
/// </content>
internal abstract partial class RegionCompiler
{
    private readonly Dictionary<(string Field, int Memory), LocalBuilder> _starts = [];
    private AccessGroup?[] _groups = [];

    private void EmitLoad(Node node, int k)
    {
        var i = node.Block[k];
        EmitAddressTest(node, k, i, Exit(node, k, ExitKind.Interpret));
        EmitByMemory(node, k, (m, offset, displacement) =>
        {
            EmitAddressNote(i);
            EmitLoaded(i, () => EmitReference(nameof(Frame.Data), m, offset, displacement));
        });
    }

    private void EmitStore(Node node, int k)
    {
        var i = node.Block[k];
        var isWatchTested = IsWatchTested(_groups[k]);
        EmitAddressTest(node, k, i, Exit(node, k, ExitKind.Interpret));
        EmitByMemory(node, k, (m, offset, displacement) =>
        {
            if (!isWatchTested) EmitWatchTest(m, [(offset, displacement)], Exit(node, k, ExitKind.Interpret));
            EmitAddressNote(i);
            EmitReference(nameof(Frame.Data), m, offset, displacement);
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

    /// <summary>True for an access that the interpreter must do if it is misaligned. A misaligned store could reach into a second watched granule.</summary>
    public static bool MustAlign(in Instruction i, HartFeatures features, bool exactAlignment) =>
        i.Row.Width > 1 && (i.Shape == Shape.Store || exactAlignment || !features.EmulatesMisaligned);

    private bool MustAlign(Instruction i) => MustAlign(i, _features, _exactAlignment);

    /// <summary>True if the test of a group checks the watch bytes of all its stores.</summary>
    private static bool IsWatchTested(AccessGroup? group) =>
        group is { Stores: > 1 } && group.Stored.High - group.Stored.Low <= 1 << MemoryRegion.GranuleShift;

    /// <summary>
    /// Emits <paramref name="access"/> for the memories that the address may lie in. It gets the memory's number, the local
    /// with an offset in that memory, and the access's distance from that offset.
    /// </summary>
    private void EmitByMemory(Node node, int k, Action<int, LocalBuilder, int> access)
    {
        var i = node.Block[k];
        var exit = Exit(node, k, ExitKind.Interpret);
        var memories = node.Memories[k];
        if (_groups[k] is { } group)
        {
            Debug.Assert(group.Low <= i.Imm && i.Imm + i.Row.Width <= group.High && group.First <= k, "the group's test covers the access");
            if (group.First == k) EmitGroupTest(group, i.Rs1, exit);
            access(group.Memory, group.Offset!, i.Imm - group.Low);
            return;
        }

        var range = (Low: i.Imm, High: i.Imm + i.Row.Width, Alignment: MustAlign(i) ? i.Row.Width : 1);
        var elsewhere = _il.DefineLabel();
        var done = _il.DefineLabel();
        access(memories[0], EmitOffset(i.Rs1, range, memories[0], elsewhere), 0);
        _il.MarkLabel(done);
        _cold.Enqueue(() =>
        {
            foreach (var m in memories[1..])
            {
                _il.MarkLabel(elsewhere);
                elsewhere = m == memories[^1] ? exit : _il.DefineLabel();
                access(m, EmitOffset(i.Rs1, range, m, elsewhere), 0);
                _il.Emit(OpCodes.Br, done);
            }
        });
    }

    private void EmitGroupTest(AccessGroup group, int register, Label exit)
    {
        var offset = EmitOffset(register, (group.Low, group.High, group.Alignment), group.Memory, exit);
        group.Offset = offset;

        // Stores that are at most one granule apart lie in the granules of the first and the last.
        if (IsWatchTested(group)) EmitWatchTest(group.Memory, [(offset, group.Stored.Low - group.Low), (offset, group.Stored.High - 1 - group.Low)], exit);
    }

    /// <summary>The offset in a memory of a range relative to a register. Branches away if the range is not inside the memory, or is not aligned but must be.</summary>
    protected LocalBuilder EmitOffset(int register, (int Low, int High, int Alignment) range, int m, Label elsewhere)
    {
        var memory = _memories[m];
        var offset = _il.DeclareLocal(typeof(nuint));
        EmitBits(register);
        _il.Emit(OpCodes.Ldc_I4, (int)((uint)range.Low - memory.Base));
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Stloc, offset);

        var bytes = (uint)(range.High - range.Low);
        if (bytes > memory.Size)
        {
            _il.Emit(OpCodes.Br, elsewhere);
            return offset;
        }

        if (range.Alignment > 1)
        {
            // For an aligned access to a memory whose size is a power of two, one test also finds accesses past the end.
            var isEnough = bytes == range.Alignment && BitOperations.IsPow2(memory.Size);
            _il.Emit(OpCodes.Ldloc, offset);
            _il.Emit(OpCodes.Conv_U4);
            _il.Emit(OpCodes.Ldc_I4, (range.Alignment - 1) | (isEnough ? ~(int)(memory.Size - 1) : 0));
            _il.Emit(OpCodes.And);
            _il.Emit(OpCodes.Brtrue, elsewhere);
            if (isEnough) return offset;
        }

        _il.Emit(OpCodes.Ldloc, offset);
        _il.Emit(OpCodes.Ldc_I4, (int)(memory.Size - bytes));
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Bgt_Un, elsewhere);
        return offset;
    }

    /// <summary>Branches away if the granule of any of the places is watched.</summary>
    private void EmitWatchTest(int m, ReadOnlySpan<(LocalBuilder Offset, int Displacement)> places, Label watched)
    {
        for (var n = 0; n < places.Length; n++)
        {
            EmitStart(nameof(Frame.Watches), m);
            EmitDisplaced(places[n].Offset, places[n].Displacement);
            _il.Emit(OpCodes.Ldc_I4, MemoryRegion.GranuleShift);
            _il.Emit(OpCodes.Shr_Un);
            _il.Emit(OpCodes.Add);
            _il.Emit(OpCodes.Ldind_U1);
            if (n > 0) _il.Emit(OpCodes.Or);
        }

        _il.Emit(OpCodes.Brtrue, watched);
    }

    private void EmitReference(string field, int m, LocalBuilder offset, int displacement)
    {
        EmitStart(field, m);
        EmitDisplaced(offset, displacement);
        _il.Emit(OpCodes.Add);
    }

    private void EmitDisplaced(LocalBuilder offset, int displacement)
    {
        _il.Emit(OpCodes.Ldloc, offset);
        if (displacement == 0) return;
        _il.Emit(OpCodes.Ldc_I4, displacement);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Add);
    }

    /// <summary>The address of the first byte of a memory's contents or watches; it is in a local if the region's instructions probably need it.</summary>
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
        for (var k = 0; k < node.Block.Length; k++)
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
