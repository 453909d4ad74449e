using System.Buffers.Binary;
using System.Text;
using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Core;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Sandbox;

namespace AhwaLora.Emu.Tests.Machine.Host;

/// <summary>A hart with 64 KiB of RAM, a console of bytes and a sandbox: a guest without a machine.</summary>
internal sealed class GuestBench : IDisposable
{
    public const uint Ram = 0x8000_0000;
    public const uint RamBytes = 0x1_0000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("ahwalora-host-");
    private readonly MemoryStream _output = new(), _error = new();

    public GuestBench(string input = "", params string[] arguments)
    {
        Memory = new MemoryRegion("ram", Ram, RamBytes);
        Hart = new Hart(0, new AddressSpace([Memory], []), new HartFeatures());
        Host = new SandboxHost(new GuestConsole(new MemoryStream(Encoding.UTF8.GetBytes(input)), _output, _error), arguments, _directory.FullName);
    }

    public MemoryRegion Memory { get; }

    public Hart Hart { get; }

    public SandboxHost Host { get; }

    public string Output => Encoding.UTF8.GetString(_output.ToArray());

    public string Error => Encoding.UTF8.GetString(_error.ToArray());

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public void Put(uint address, params uint[] words)
    {
        for (var i = 0u; i < words.Length; i++) Memory.Store(address + (i * 4), 4, words[i], Hart.Id);
    }

    public void PutText(uint address, string text) => Encoding.UTF8.GetBytes(text + '\0').CopyTo(Memory.Data, address - Ram);

    public uint Word(uint address) => Memory.Load(address, 4);

    public ulong Doubleword(uint address) => BinaryPrimitives.ReadUInt64LittleEndian(Memory.Data.AsSpan((int)(address - Ram)));

    public string Text(uint address, int bytes) => Encoding.UTF8.GetString(Memory.Data, (int)(address - Ram), bytes);

    public void Dispose()
    {
        Host.Dispose();
        _directory.Delete(recursive: true);
    }
}
