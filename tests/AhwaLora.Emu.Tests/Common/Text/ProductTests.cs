using System.Diagnostics;
using AhwaLora.Common.Text;

namespace AhwaLora.Emu.Tests.Common.Text;

/// <summary>The digest of the build depends on what was compiled, and on nothing else.</summary>
[Trait(Traits.Speed, Traits.Slow)]
public sealed class ProductTests
{
    [Fact]
    public void The_digest_covers_every_assembly_of_the_command_line()
    {
        var own = Directory.GetFiles(AppContext.BaseDirectory, "AhwaLora.*.dll").Append(Path.Combine(AppContext.BaseDirectory, "ahwalora.dll"))
            .Where(path => !Path.GetFileName(path).Contains("Emu", StringComparison.Ordinal) && !Path.GetFileName(path).Contains("Train", StringComparison.Ordinal))
            .Select(path => System.Reflection.Assembly.Load(Path.GetFileNameWithoutExtension(path))).ToList();
        Assert.Equal(9, own.Count);
        Assert.Equal(Product.BuildOf(own), Product.Build);
        Assert.NotEqual(Product.BuildOf(own.Skip(1)), Product.Build);
        Assert.Matches("^[0-9a-f]{16}$", Product.Build);
    }

    [Fact]
    public void Equal_sources_in_another_folder_give_equal_assemblies_and_other_sources_do_not()
    {
        var (first, second, third) = (Compile("class C { }"), Compile("class C { }"), Compile("class C { int field; }"));
        Assert.Equal(first, second);
        Assert.NotEqual(first, third);
    }

    // A project below the repository's Directory.Build.props, copied to a folder of its own.
    private static string Compile(string source)
    {
        var folder = Path.GetDirectoryName(Scratch.File("none"))!;
        File.Copy(Path.Combine(Toolchain.Root, "Directory.Build.props"), Path.Combine(folder, "Directory.Build.props"));
        File.WriteAllText(Path.Combine(folder, "Part.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TreatWarningsAsErrors>false</TreatWarningsAsErrors><EnableDefaultCompileItems>false</EnableDefaultCompileItems></PropertyGroup>
              <ItemGroup><Compile Remove="@(Compile)" /><Compile Include="Part.cs" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Part.cs"), source);
        var start = new ProcessStartInfo("dotnet", ["build", folder, "-c", "Release", "-v", "quiet", "--nologo", "-o", Path.Combine(folder, "built")]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        using var assembly = Mono.Cecil.ModuleDefinition.ReadModule(Path.Combine(folder, "built", "Part.dll"));
        return assembly.Mvid.ToString();
    }
}
