using System.Globalization;

namespace AhwaLora.Emu.Tests.Machine.Timing;

/// <summary>A region as the RTL measured it.</summary>
public sealed record MeasuredRegion(string Program, string Name, uint Instructions, uint Check, IReadOnlyDictionary<string, uint> Cycles);

/// <summary>
/// The programs whose cycles were measured on RTL (tests/programs/rtl), built with the cross compiler into the test
/// output once, and the measurements.
/// </summary>
public sealed class CalibrationPrograms
{
    private const string Flags =
        "-march=rv32imf_zicsr -mabi=ilp32f -mcmodel=medany -O2 -fno-builtin -fno-tree-loop-distribute-patterns -ffreestanding "
        + "-nostdlib -nostartfiles -static -Wl,--no-relax,--no-warn-rwx-segments -mno-relax";

    private const string Cv32e40p = "cv32e40p", Snitch = "snitch";

    private readonly string _output = Path.Combine(AppContext.BaseDirectory, "rtl");
    private readonly Dictionary<string, string> _elfs = [];

    /// <summary>Builds what is not up to date.</summary>
    public CalibrationPrograms()
    {
        // Snitch's programs are CV32E40P's with some files replaced: both are built from a copy of all they include.
        Gather(Cv32e40p, Directory(Cv32e40p, "kernels"), Directory(Cv32e40p, "random"));
        Gather(Snitch, Directory(Cv32e40p, "kernels"), Directory(Snitch, "kernels"), Directory(Snitch, "random"));
        Parallel.ForEach(_elfs, new ParallelOptions { MaxDegreeOfParallelism = 2 }, static program => Build(program.Key, program.Value));
    }

    /// <summary>The executable of a program of a core's set.</summary>
    public string Elf(string core, string program) => Path.Combine(_output, core, program + ".elf");

    /// <summary>The rows of a measurement, in the order in which the programs ran them.</summary>
    public static IReadOnlyList<MeasuredRegion> Measured(string core, string csv)
    {
        var lines = File.ReadAllLines(Path.Combine(Directory(core), csv + ".csv"));
        var columns = lines[0].Split(',');
        var rows = new List<MeasuredRegion>();
        foreach (var line in lines.Skip(1))
        {
            var cells = line.Split(',');
            var cycles = Enumerable.Range(0, columns.Length).Where(n => IsCycles(columns[n]) && cells[n].Length != 0).ToDictionary(n => columns[n], n => Number(cells[n]));
            var instructions = cells[Array.FindIndex(columns, static c => c.StartsWith("instret", StringComparison.Ordinal))];
            rows.Add(new MeasuredRegion(cells[0], cells[1], Number(instructions), Check(columns, cells), cycles));
        }

        return rows;
    }

    private static uint Check(string[] columns, string[] cells) =>
        Array.IndexOf(columns, "check") is >= 0 and var n ? uint.Parse(cells[n], NumberStyles.HexNumber, CultureInfo.InvariantCulture) : 0;

    private static bool IsCycles(string column) => column.StartsWith("cycles_", StringComparison.Ordinal) || (column.Length == 2 && column[0] == 'h');

    private static uint Number(string text) => uint.Parse(text, CultureInfo.InvariantCulture);

    private static string Directory(params string[] parts) => Path.Combine([Toolchain.Root, "tests", "programs", "rtl", .. parts]);

    private void Gather(string core, params string[] sources)
    {
        var folder = Path.Combine(_output, core);
        System.IO.Directory.CreateDirectory(folder);
        var files = new Dictionary<string, string>();
        foreach (var source in sources.SelectMany(System.IO.Directory.EnumerateFiles)) files[Path.GetFileName(source)] = source;
        foreach (var (name, source) in files)
        {
            var copy = Path.Combine(folder, name);
            if (!File.Exists(copy) || File.GetLastWriteTimeUtc(copy) != File.GetLastWriteTimeUtc(source)) File.Copy(source, copy, overwrite: true);
            if (name != "start.S" && Path.GetExtension(name) is ".S" or ".c") _elfs[copy] = Path.ChangeExtension(copy, ".elf");
        }
    }

    private static void Build(string source, string elf)
    {
        var folder = Path.GetDirectoryName(source)!;
        var newest = System.IO.Directory.EnumerateFiles(folder).Where(f => !f.EndsWith(".elf", StringComparison.Ordinal)).Max(File.GetLastWriteTimeUtc);
        if (File.Exists(elf) && File.GetLastWriteTimeUtc(elf) > newest) return;
        Toolchain.Run("riscv64-unknown-elf-gcc", $"{Flags} -I{folder} -Wa,-I{folder} -T {folder}/link.ld {folder}/start.S {source} -lgcc -o {elf}");
    }
}
