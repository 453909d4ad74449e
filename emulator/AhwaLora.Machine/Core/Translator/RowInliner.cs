using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Copies the body of a small static method into the method being emitted, in place of a call to it. The runtime would
/// inline the call with the same result, but takes several times as long. Methods that cannot be copied are called.
/// </summary>
internal static class RowInliner
{
    private const int LongestBody = 64;

    private static readonly OpCode[] OneByte = new OpCode[256], TwoByte = new OpCode[256];
    private static readonly ConcurrentDictionary<MethodInfo, Step[]?> Bodies = new();

    private readonly record struct Step(OpCode Code, int Argument, object? Operand);

    static RowInliner()
    {
        foreach (var field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            var code = (OpCode)field.GetValue(null)!;
            if (code.Size == 1) OneByte[code.Value & 0xff] = code;
            else TwoByte[code.Value & 0xff] = code;
        }
    }

    /// <summary>Emits the method's effect; <paramref name="emitArgument"/> pushes an argument, each time the method reads it.</summary>
    public static void Emit(MethodWriter il, MethodInfo method, Action<int> emitArgument)
    {
        if (Bodies.GetOrAdd(method, Read) is not { } steps)
        {
            for (var n = 0; n < method.GetParameters().Length; n++) emitArgument(n);
            il.Emit(OpCodes.Call, method);
            return;
        }

        foreach (var (code, argument, operand) in steps)
        {
            switch (operand)
            {
                case null when argument >= 0: emitArgument(argument); break;
                case null: il.Emit(code); break;
                case int value: il.Emit(code, value); break;
                case long value: il.Emit(code, value); break;
                case MethodInfo callee: il.Emit(code, callee); break;
            }
        }
    }

    /// <summary>The method as a straight line of steps; null if it has branches, locals or anything else that this class does not copy.</summary>
    private static Step[]? Read(MethodInfo method)
    {
        if (method.GetMethodBody() is not { LocalVariables.Count: 0, ExceptionHandlingClauses.Count: 0 } body) return null;
        var bytes = body.GetILAsByteArray()!;
        if (bytes.Length > LongestBody) return null;
        var steps = new List<Step>();
        for (var at = 0; at < bytes.Length;)
        {
            var code = bytes[at] == 0xfe ? TwoByte[bytes[at + 1]] : OneByte[bytes[at]];
            at += code.Size;
            if (code == OpCodes.Ret) return at == bytes.Length ? [.. steps] : null;
            if (ReadStep(method, code, bytes.AsSpan(at)) is not { } step) return null;
            steps.Add(step);
            at += OperandBytes(code);
        }

        return null;
    }

    private static Step? ReadStep(MethodInfo method, OpCode code, ReadOnlySpan<byte> operand)
    {
        if (code.Value >= OpCodes.Ldarg_0.Value && code.Value <= OpCodes.Ldarg_3.Value) return new Step(code, code.Value - OpCodes.Ldarg_0.Value, null);
        return code.OperandType switch
        {
            OperandType.InlineNone => new Step(code, -1, null),
            OperandType.ShortInlineI => new Step(OpCodes.Ldc_I4, -1, (int)(sbyte)operand[0]),
            OperandType.InlineI => new Step(code, -1, BitConverter.ToInt32(operand)),
            OperandType.InlineI8 => new Step(code, -1, BitConverter.ToInt64(operand)),
            OperandType.InlineMethod when method.Module.ResolveMethod(BitConverter.ToInt32(operand)) is MethodInfo callee => new Step(code, -1, callee),
            _ => null,
        };
    }

    private static int OperandBytes(OpCode code) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineI => 1,
        OperandType.InlineI8 => 8,
        _ => 4,
    };
}
