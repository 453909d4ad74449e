using System.Diagnostics;

namespace AhwaLora.Emu.Tests.Runs.Programs;

/// <summary>The command line as a user meets it: exit statuses, and one line for each mistake.</summary>
[Trait(Traits.Engine, Traits.Own)]
[Trait(Traits.Speed, Traits.Slow)]
public sealed class CommandLineTests
{
    private static readonly string Exits = TestMachine.Assemble("nop").Image.Path;
    private static readonly string Spins = TestMachine.Assemble("1: j 1b").Image.Path;

    internal static (int Status, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Toolchain.CommandLine, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        _ = output.Result;
        return (process.ExitCode, error);
    }


    internal static void AssertRefused(string expected, params string[] arguments)
    {
        var (status, error) = Run(arguments);
        Assert.Equal((125, 1), (status, error.TrimEnd('\n').Split('\n').Length));
        Assert.StartsWith("ahwalora: ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_options_are_named()
    {
        AssertRefused("unknown option '--bogus'", "run", "--bogus");
        AssertRefused("unknown option '--bogus'", "run", Exits, "--bogus");
        AssertRefused("unknown option '--bogus'", "platform", "--bogus");
        Assert.Equal(0, Run("run", Exits, "--quiet", "--", "--bogus").Status);
    }

    [Fact]
    public void Arguments_of_the_guest_need_no_dashes_unless_they_look_like_options()
    {
        Assert.Equal(0, Run("run", Exits, "--quiet", "a", "b", "", "-1", "-").Status);
        Assert.Equal(0, Run("run", "--quiet", Exits, "a", "--harts", "2", "b", "--", "--quiet").Status);
        AssertRefused("unknown option '-x'; see 'ahwalora run --help'; if it is for the guest, put -- before it", "run", Exits, "a", "-x");
    }

    [Fact]
    public void Values_of_options_are_checked()
    {
        AssertRefused("--misaligned 'maybe': expected emulate, trap; see 'ahwalora run --help'", "run", Exits, "--misaligned", "maybe");
        AssertRefused("--harts 'many': expected a whole number; see 'ahwalora run --help'", "run", Exits, "--harts", "many");
        AssertRefused("--max-cycles '-5': expected a whole number, not negative", "run", Exits, "--max-cycles", "-5");
        AssertRefused("--top -2 is less than 0, the least valid value", "run", Exits, "--causes", "--top", "-2");
        AssertRefused("--harts 65 is outside 1 to 64; the nearest valid value is 64", "run", Exits, "--harts", "65");
        AssertRefused("--harts 0 is outside 1 to 64; the nearest valid value is 1", "layer", "--harts", "0");
        AssertRefused("--tint 70000 is outside 1 to 65535; the nearest valid value is 65535", "layer", "--tint", "70000");
        AssertRefused("--preset 'ideel': expected ahwa-lora, aihwkit-default, ideal, standard-hwa", "layer", "--preset", "ideel");
        AssertRefused("extension 'q'", "run", Exits, "--isa", "rv32imfq");
        AssertRefused("--dump 'x'", "run", Exits, "--dump", "x");
        AssertRefused("--harts 65 is outside 1 to 64", "layer", "--harts", "65");
        AssertRefused("--preset 'perfect': expected", "layer", "--preset", "perfect");
        AssertRefused("there is no hart 9", "run", Exits, "--harts", "2", "--dump", "hart9@0x80000000:4:f");
        AssertRefused("not all in one memory", "run", Exits, "--dump", "0x70000000:4:f");
        AssertRefused("--dump 'hart-1@", "run", Exits, "--dump", "hart-1@0x80000000:4:f");
        AssertRefused("--top -1", "run", Exits, "--causes", "--top", "-1");
        AssertRefused("an argument is empty", "run", Exits, "--stats", "");
        Assert.Equal(0, Run("run", Exits, "--quiet", "--", "").Status);
    }

    [Theory]
    [InlineData("--stats has no effect beside --gdb", "--gdb", "0", "--stats", "s.json")]
    [InlineData("--causes has no effect beside --lockstep", "--lockstep", "--causes")]
    [InlineData("--check has no effect beside --jitter", "--jitter", "2", "--check")]
    [InlineData("--history needs --gdb", "--history", "8")]
    public void Nothing_that_was_asked_for_is_left_out_in_silence(string expected, params string[] options) => AssertRefused(expected, ["run", Exits, .. options]);

    [Fact]
    public void Fewer_tokens_than_a_usual_chunk_are_one_chunk()
    {
        Assert.Equal(0, Run("layer", "--in", "8", "--out", "8", "--tokens", "4", "--harts", "1").Status);
        AssertRefused("--chunk 8 is outside 1 to 4; the nearest valid value is 4", "layer", "--tokens", "4", "--chunk", "8");
    }

    [Fact]
    public void What_cannot_fit_is_refused_before_anything_runs()
    {
        AssertRefused("multi-layer: its buffers take 163,328 bytes of TCDM, and 129,696 are there; use --chunk 5 or less", "layer", "--in", "128", "--out", "512", "--strategy", "multi-layer", "--then", "128");
        AssertRefused("use --chunk 11 or less", "layer", "--in", "512", "--out", "512", "--chunk", "32", "--paired");
        AssertRefused("use --chunk 15 or less", "layer", "--in", "512", "--out", "512", "--chunk", "64", "--strategy", "sequential");
        var (status, error) = Run("model", "mobilebert", "--timing-only", "--tokens", "100000");
        Assert.Equal(125, status);
        Assert.Matches(@"(?m)^  tokens 100000 of 512x128 take [\d,]+ bytes more than the platform's RAM has; the nearest that fits is tokens \d+$", error);
    }

    [Fact]
    public void Fewer_tokens_than_a_usual_chunk_are_one_chunk_of_a_model()
    {
        Assert.Equal(0, Run("model", "mobilebert", "--tokens", "2", "--harts", "2", "--timing-only", "--timing", "functional").Status);
        AssertRefused("--chunk 16 is outside 1 to 8; the nearest valid value is 8", "model", "mobilebert", "--tokens", "8", "--chunk", "16");
    }

    [Fact]
    public void A_platform_file_is_told_all_its_faults_at_once()
    {
        var file = Scratch.File("platform.json", """
            { "hrats": 2, "harts": 65, "isa": "rv32iq_foo", "dma": { "queue_depth": 99 }, "aimc": { "preset": "nix" },
              "memories": [ { "name": "ram", "base": "zz", "size": 4 }, { "name": "t", "base": "0x10000000", "size": 7, "banks": 3 } ] }
            """);
        string[] faults =
        [
            "'hrats': no such field", "'memories[0].base': expected", "'harts': 65", "extension 'q'", "extension 'foo'", "(t): size 7", "(t): banks 3", "'dma.queue_depth': 99", "no preset 'nix'",
        ];
        var (status, error) = Run("run", Exits, "--platform", file);
        Assert.Equal(125, status);
        var lines = error.TrimEnd('\n').Split('\n');
        Assert.Equal($"ahwalora: {file}: 9 faults; nothing was run", lines[0]);
        Assert.Equal(10, lines.Length);
        Assert.All(faults, fault => Assert.Contains(lines, line => line.StartsWith("  field ", StringComparison.Ordinal) && line.Contains(fault, StringComparison.Ordinal)));
    }

    [Fact]
    public void Unknown_commands_are_named()
    {
        AssertRefused("unknown command 'walk'; see 'ahwalora --help'", "walk");
        AssertRefused("unknown command 'walk'; see 'ahwalora adapter --help'", "adapter", "walk");
        AssertRefused("a command is missing; expected info, load; see 'ahwalora adapter --help'", "adapter");
    }

    [Fact]
    public void A_run_ends_where_nobody_reads_its_console()
    {
        var prints = TestMachine.Assemble("li t0, 0x40000000\n1: sb t0, 0(t0)\nj 1b").Image.Path;
        var start = new ProcessStartInfo("dotnet", [Toolchain.CommandLine, "run", prints]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        Assert.Equal(0, process.StandardOutput.BaseStream.ReadByte());
        process.StandardOutput.Close();
        var isOver = process.WaitForExit(TimeSpan.FromSeconds(60));
        if (!isOver) process.Kill();
        Assert.True(isOver, "the run goes on");
    }

    [Theory]
    [InlineData("2>&-")]
    [InlineData(">&-")]
    [InlineData("<&-")]
    [InlineData("<&- >&- 2>&-")]
    public void A_console_that_is_closed_is_as_one_that_nobody_reads(string closed)
    {
        int Status(string arguments)
        {
            using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec dotnet '{Toolchain.CommandLine}' {arguments} {closed}"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = shell.StandardOutput.ReadToEndAsync();
            _ = shell.StandardError.ReadToEnd();
            _ = output.Result;
            shell.WaitForExit();
            return shell.ExitCode;
        }

        Assert.Equal(0, Status($"run {Exits} --causes"));
        Assert.Equal(0, Status("platform"));
        Assert.Equal(125, Status("run /no/such.elf"));
    }

    [Fact]
    public void The_uart_receives_a_file()
    {
        // Sends back what it receives, up to a full stop.
        var echoes = TestMachine.Assemble("li t0, 0x40000000\nli t2, '.'\n1: lbu t1, 5(t0)\nandi t1, t1, 1\nbeqz t1, 1b\nlbu t1, 0(t0)\nsb t1, 0(t0)\nbne t1, t2, 1b").Image.Path;
        var text = new string('a', 40) + ".";
        var start = new ProcessStartInfo("dotnet", [Toolchain.CommandLine, "run", echoes, "--quiet", "--max-cycles", "100000", "--uart-input", Scratch.File("input", text)]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        Assert.Equal(text, process.StandardOutput.ReadToEnd());
        AssertRefused("/no/such/input: no such file", "run", echoes, "--uart-input", "/no/such/input");
    }

    [Fact]
    public void Files_are_named()
    {
        AssertRefused("/no/such.elf: no such file", "run", "/no/such.elf");
        AssertRefused("is a directory", "run", Path.GetTempPath());
        AssertRefused("text.elf: not an ELF file", "run", Scratch.File("text.elf", "int main(void)"));
        AssertRefused("begin_signature", "run", Exits, "--signature", "s");
        AssertRefused("/no/such.json: no such platform file", "run", Exits, "--platform", "/no/such.json");
        AssertRefused("is a directory", "run", Exits, "--platform", Path.GetTempPath());
    }

    [Theory]
    [InlineData("{ \"harts\": 0 }", "field 'harts': 0 is outside 1 to 64")]
    [InlineData("{ \"harts\": \"two\" }", "field 'harts'")]
    [InlineData("{ \"hearts\": 2 }", "hearts")]
    [InlineData("[]", "expected a JSON object")]
    [InlineData("{ \"harts\": 2", "p.json: ")]
    [InlineData("{ \"harts\": 2 ", "p.json: the file ends too early: a bracket or brace is still open")]
    [InlineData("{ \"memories\": [ { \"name\": \"ram\", \"base\": \"0x80000000\", \"size\": \"64 PiB\" } ] }", "size")]
    [InlineData("{ \"clint\": { \"base\": \"0x80000000\" } }", "overlap")]
    public void Platform_files_name_the_field_that_does_not_fit(string json, string expected) =>
        AssertRefused(expected, "run", Exits, "--platform", Scratch.File("p.json", json));

    [Theory]
    [InlineData("--stats", "/no/such/s.json")]
    [InlineData("--folded", "/no/such/f.txt")]
    [InlineData("--save", "/no/such/s@1000")]
    [InlineData("--dump", "0x80000000:4:/no/such/d")]
    public void A_place_that_is_not_there_is_told_before_the_run(string option, string value) =>
        AssertRefused(": cannot be written (no such directory)", "run", Spins, option, value);

    [Fact]
    public void A_file_in_the_place_of_a_directory_is_told_before_the_run()
    {
        var file = Scratch.File("file", "");
        AssertRefused("cannot be made a directory (it is a file)", "run", Spins, "--tile-state", file);
        AssertRefused("cannot be made a directory (it is a file)", "report", "--out", file);
    }

    [Fact]
    public void An_at_sign_names_no_list_of_arguments()
    {
        AssertRefused("--save '@5'", "run", Exits, "--save", "@5");
        Assert.Equal(0, Run("run", Exits, "--quiet", "--", "@5").Status);
    }

    [Fact]
    public void A_full_disk_behind_standard_output_is_one_line()
    {
        var ahwalora = Toolchain.CommandLine;
        var error = Toolchain.RunText("sh", $"-c \"dotnet '{ahwalora}' platform 2>&1 >/dev/full || true\"");
        Assert.Equal("ahwalora: standard output cannot be written (No space left on device)\n", error);
    }

    [Fact]
    public void Full_disks_behind_both_outputs_leave_the_exit_status()
    {
        var ahwalora = Path.Combine(AppContext.BaseDirectory, "ahwalora.dll");
        Assert.Equal("125\n", Toolchain.RunText("sh", $"-c \"dotnet '{ahwalora}' platform >/dev/full 2>/dev/full; echo $?\""));
    }

    [Fact]
    public void Standard_input_that_cannot_be_read_is_not_taken_for_standard_output()
    {
        var ahwalora = Path.Combine(AppContext.BaseDirectory, "ahwalora.dll");
        var error = Toolchain.RunText("sh", $"-c \"dotnet '{ahwalora}' run --uart-input - '{Exits}' 2>&1 </ || true\"");
        Assert.Equal("ahwalora: standard input cannot be read (Is a directory)\n", error);
    }

    [Fact]
    public void Names_with_brackets_are_no_markup()
    {
        var sweep = Scratch.File("s[1].yaml", "shape: 16x16\ntokens: 8\nchunk: 4\nharts: 2\n");
        var ahwalora = Toolchain.CommandLine;
        var text = Toolchain.RunText("script", $"-qec \"dotnet '{ahwalora}' sweep '{sweep}' --out '{Path.GetDirectoryName(sweep)}'\" /dev/null"); // on a terminal
        Assert.Contains("1 points: s[1].parquet", text, StringComparison.Ordinal);
        Assert.Equal((0, ""), Run("platform", "--platform", Scratch.File("p.json", """{ "memories": [ { "name": "ram[0]", "base": "0x80000000", "size": "64 KiB" } ] }""")));
    }

    [Fact]
    public void Disassembly_names_labels_and_not_what_tells_code_from_data()
    {
        var elf = TestMachine.Assemble("nop\nlabel: add a0, a1, a2").Image.Path;
        var text = Toolchain.RunText("dotnet", $"{Toolchain.CommandLine} disasm {elf}");
        Assert.Contains("label:\n80000004: 00c58533  add a0, a1, a2\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("$x", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_end_a_run_with_124()
    {
        var (status, error) = Run("run", Spins, "--harts", "1", "--max-instructions", "1000");
        Assert.Equal(124, status);
        Assert.Contains("stopped after 1000 instructions (--max-instructions); hart 0 at pc 0x80000000", error, StringComparison.Ordinal);
        Assert.Equal(124, Run("run", Spins, "--max-cycles", "1000").Status);
    }

    [Fact]
    public void A_guest_that_cannot_go_on_ends_with_126()
    {
        var (status, error) = Run("run", TestMachine.Assemble("li t0, 0x01000000\njr t0").Image.Path, "--harts", "1");
        Assert.Equal(126, status);
        Assert.Contains("hart 0 trapped at pc 0x01000000", error, StringComparison.Ordinal);
        Assert.Contains("instruction access fault", error, StringComparison.Ordinal);
        (status, error) = Run("run", TestMachine.Assemble("wfi").Image.Path, "--harts", "1");
        Assert.Equal(126, status);
        Assert.Contains("sleeps in wfi", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_guests_code_is_the_exit_status()
    {
        var elf = TestMachine.Assemble("li t6, 85\nla t5, tohost\nsw t6, 0(t5)\n1: j 1b").Image.Path;
        Assert.Equal(42, Run("run", elf, "--harts", "1", "--quiet").Status);
    }

    [Fact]
    public void A_program_that_ends_is_not_kept_alive_by_other_harts() =>
        Assert.Equal(0, Run("run", TestMachine.Assemble("csrr t0, mhartid\n1: bnez t0, 1b").Image.Path, "--harts", "8").Status);
}
