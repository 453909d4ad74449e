using AhwaLora.Machine;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AhwaLora.Emu.Tests.House;

/// <summary>
/// Files of the host are read and written by AhwaLora.Common.Files alone: it limits what is read, and it writes new files under random
/// names, completely or not at all.
/// </summary>
public sealed class HostFileTests
{
    private const string Files = "AhwaLora.Common.Files";

    private static readonly string[] Openers =
        ["ReadAllText", "ReadAllBytes", "ReadAllLines", "ReadLines", "OpenRead", "OpenText", "OpenWrite", "Create", "CreateText", "WriteAllText", "WriteAllBytes", "WriteAllLines", "AppendAllText", "Copy"];

    // Each with its own guard: the guest's files, a file that grows while a sweep runs, and what a debugger names.
    private static readonly string[] Others = ["SandboxHost", "SweepJournal", "MonitorCommands"];

    [Fact]
    public void Only_the_common_code_opens_files() => Assert.Equal("", string.Join('\n',
        from path in Directory.GetFiles(Path.GetDirectoryName(typeof(EmulatedMachine).Assembly.Location)!, "*.dll")
        let name = Path.GetFileName(path)
        where (name.StartsWith("AhwaLora.", StringComparison.Ordinal) && !name.Contains("Emu", StringComparison.Ordinal)) || name == "ahwalora.dll"
        from type in ModuleDefinition.ReadModule(path).GetTypes()
        where !FullName(type).StartsWith(Files, StringComparison.Ordinal) && !Others.Contains(Outer(type).Name)
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        where Opens(instruction)
        select $"{FullName(type)}.{method.Name}: {instruction.Operand}: read with InputFile, write with AtomicFile"));

    // A method that is passed to InputFile.Read is not called here.
    private static bool Opens(Instruction instruction) => instruction.Operand is MethodReference called
        && ((instruction.OpCode.Code == Code.Call && called.DeclaringType.FullName == "System.IO.File" && Openers.Contains(called.Name))
            || (instruction.OpCode.Code == Code.Newobj && called.DeclaringType.FullName is "System.IO.FileStream"));

    private static string FullName(TypeDefinition type) => Outer(type).FullName;

    private static TypeDefinition Outer(TypeDefinition type) => type.DeclaringType is { } outer ? Outer(outer) : type;
}
