namespace AhwaLora.Emu.Tests.Cli;

/// <summary>What <c>make publish</c> makes runs the main job anywhere: a tool package, and a folder that needs no .NET.</summary>
[Trait(Traits.Speed, Traits.Slow)]
public sealed class PublishTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_tool_package_and_the_folder_run_a_layer()
    {
        Toolchain.Run("make", $"-s -C {Toolchain.Root} publish OUT={_directory}", timeoutSeconds: 600);
        Toolchain.Run("dotnet", $"tool install AhwaLora.Cli --tool-path {_directory}/installed --source {_directory}/tool", timeoutSeconds: 120);
        var layer = "layer --in 32 --out 16 --tokens 8 --chunk 4 --harts 2";
        string Run(string program) => Toolchain.RunText("env", $"DOTNET_ROOT={DotnetRoot} {_directory}/{program} {layer}").Split("host:")[0];
        var text = Run("linux-x64/ahwalora");
        Assert.Contains("double-buffered", text, StringComparison.Ordinal);
        Assert.Equal(text, Run("installed/ahwalora"));
    }

    private static string DotnetRoot => Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
}
