using System.Collections.Concurrent;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace AhwaLora.Machine.Core.Translator;

/// <summary>
/// Writes a method, and finds it in the store of this process if the same instructions were compiled before: for another machine, or for code
/// that was discarded. A compiled region reaches state only through its <see cref="Frame"/>, and all that it was
/// translated from is in its instructions: the bytes of the code, its address, memories, timing and mode. So the instructions are the key.
/// </summary>
internal sealed class MethodWriter
{
    /// <summary>Bytes of keys, and number of methods, at which the store is emptied: bounds on memory.</summary>
    private const int MostBytes = 1 << 23, MostMethods = 1024;

    // A cache of pure values: what a machine does and counts does not depend on it.
    private static readonly ConcurrentDictionary<Key, DynamicMethod> Store = new();
    private static long _storedBytes;

    private readonly DynamicMethod _method;
    private readonly ILGenerator _il;
    private byte[] _written = new byte[8192];
    private int _length;

    /// <summary>Begins a method.</summary>
    public MethodWriter(string name, Type result, Type[] parameters)
    {
        _method = new DynamicMethod(name, result, parameters, typeof(MethodWriter).Module, skipVisibility: true);
        _il = _method.GetILGenerator(4096);
    }

    /// <summary>The method, compiled, closed over <paramref name="region"/>; true if it was compiled before.</summary>
    public (RegionCode Code, bool IsKnown) Finish(CodeRegion region)
    {
        var key = new Key(_written.AsSpan(0, _length));
        if (Store.TryGetValue(key, out var known)) return (known.CreateDelegate<RegionCode>(region), true);
        var code = _method.CreateDelegate<RegionCode>(region);
        RuntimeHelpers.PrepareDelegate(code);
        if (Store.Count >= MostMethods || Interlocked.Add(ref _storedBytes, _length) > MostBytes)
        {
            Store.Clear();
            Interlocked.Exchange(ref _storedBytes, _length);
        }

        Store.TryAdd(key, _method);
        return (code, false);
    }

#pragma warning disable CS1591 // As ILGenerator's methods of the same names.
    public LocalBuilder DeclareLocal(Type type)
    {
        Write(type.TypeHandle.Value);
        return _il.DeclareLocal(type);
    }

    public Label DefineLabel() => _il.DefineLabel();

    public void MarkLabel(Label label)
    {
        Write((long)label.Id << 16 | 0xffff);
        _il.MarkLabel(label);
    }

    public void Emit(OpCode code)
    {
        Write(code.Value);
        _il.Emit(code);
    }

    public void Emit(OpCode code, short operand)
    {
        Write(code.Value);
        Write(operand);
        _il.Emit(code, operand);
    }

    public void Emit(OpCode code, int operand)
    {
        Write(code.Value);
        Write(operand);
        _il.Emit(code, operand);
    }

    public void Emit(OpCode code, long operand)
    {
        Write(code.Value);
        Write(operand);
        _il.Emit(code, operand);
    }

    public void Emit(OpCode code, Label label)
    {
        Write(code.Value);
        Write(label.Id);
        _il.Emit(code, label);
    }

    public void Emit(OpCode code, Label[] labels)
    {
        Write(code.Value);
        Write(labels.Length);
        foreach (var label in labels) Write(label.Id);
        _il.Emit(code, labels);
    }

    public void Emit(OpCode code, LocalBuilder local)
    {
        Write(code.Value);
        Write(local.LocalIndex);
        _il.Emit(code, local);
    }

    public void Emit(OpCode code, MethodInfo method)
    {
        Write(code.Value);
        Write(method.MethodHandle.Value);
        _il.Emit(code, method);
    }

    public void Emit(OpCode code, FieldInfo field)
    {
        Write(code.Value);
        Write(field.FieldHandle.Value);
        _il.Emit(code, field);
    }

    public void Emit(OpCode code, Type type)
    {
        Write(code.Value);
        Write(type.TypeHandle.Value);
        _il.Emit(code, type);
    }
#pragma warning restore CS1591

    private void Write<T>(T value)
        where T : unmanaged
    {
        if (_length + Unsafe.SizeOf<T>() > _written.Length) Array.Resize(ref _written, 2 * _written.Length);
        Unsafe.WriteUnaligned(ref _written[_length], value);
        _length += Unsafe.SizeOf<T>();
    }

    /// <summary>All that was written to a method.</summary>
    private readonly struct Key : IEquatable<Key>
    {
        private readonly byte[] _written;
        private readonly int _hash;

        public Key(ReadOnlySpan<byte> written)
        {
            _written = written.ToArray();
            var hash = default(HashCode);
            hash.AddBytes(written);
            _hash = hash.ToHashCode();
        }

        public bool Equals(Key other) => _written.AsSpan().SequenceEqual(other._written);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => _hash;
    }
}
