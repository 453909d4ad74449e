using AhwaLora.Common.Files;
using AhwaLora.Machine.Host;
using AhwaLora.Machine.Order;
using AhwaLora.Runs.Programs;
using AhwaLora.Runs.Sandbox;


namespace AhwaLora.Emu.Tests.Runs.Programs;

/// <summary>What a run has open is closed however the run ends.</summary>
[Trait(Traits.Engine, Traits.Own)]
public sealed class ProgramRunTests
{
    private readonly List<IHost> _hosts = [];

    [Fact]
    public void A_run_that_cannot_be_built_closes_what_its_guest_has_open()
    {
        var request = Request() with { WrapHost = OpenAFile, Dumps = [new DumpRequest(Hart: 9, 0x8000_0000, 4, Scratch.File("dump"))] };
        Assert.ThrowsAny<UserErrorException>(() => new ProgramRun(request));
        Assert.Equal(0, Assert.Single(_hosts).OpenFiles);
    }

    [Fact]
    public void Lockstep_closes_the_first_run_if_the_second_cannot_be_built()
    {
        IHost OpenAFileOnce(IHost host) => _hosts.Count == 0 ? OpenAFile(host) : throw new InvalidOperationException("no second host");
        Assert.Throws<InvalidOperationException>(() => ProgramRun.InLockstep(Request() with { WrapHost = OpenAFileOnce }));
        Assert.Equal(0, Assert.Single(_hosts).OpenFiles);
    }

    [Fact]
    public void Lockstep_closes_its_runs_when_the_engines_agree()
    {
        var (difference, result) = ProgramRun.InLockstep(Request() with { WrapHost = OpenAFile });
        Assert.Equal((null, ExitReason.Exit), (difference, result?.Reason));
        Assert.Equal([0, 0], _hosts.Select(host => host.OpenFiles));
    }

    private static RunRequest Request() => new()
    {
        ElfPath = TestMachine.Assemble("nop").Image.Path,
        Console = new GuestConsole(Stream.Null, Stream.Null, Stream.Null),
        SandboxPath = Path.GetDirectoryName(Scratch.File("file", "text")),
    };

    private IHost OpenAFile(IHost host)
    {
        Assert.True(host.Open("file", OpenFlags.Read) > 0);
        Assert.Equal(1, host.OpenFiles);
        _hosts.Add(host);
        return host;
    }
}
