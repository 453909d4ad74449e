using System.Text.Json;
using AhwaLora.Emu.Tests.Runs.Programs;
using AhwaLora.Models.Adapters;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Tensors;

namespace AhwaLora.Emu.Tests.Experiments.Deployment;

/// <summary>The trained models in tools/models, which <c>make run</c> uses.</summary>
[Trait(Traits.Speed, Traits.Slow)]
public sealed class ShippedModelTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ahwalora").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Models(string name) => Path.Combine(Toolchain.Root, "tools", "models", name);

    [Fact]
    public void Both_tasks_are_answered_on_the_emulated_machine()
    {
        var path = Path.Combine(_directory, "load.json");
        Assert.Equal(0, CommandLineTests.Run("adapter", "load", Models("squad"), "--swap", Models("sst2"), "--limit", "16", "--timing", "functional", "--json", path).Status);
        var load = JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        foreach (var task in load.GetProperty("tasks").EnumerateArray())
        {
            Assert.True(task.GetProperty("same_bits").GetBoolean());
            Assert.Equal(task.GetProperty("host_accuracy_percent").GetDouble(), task.GetProperty("emulated_accuracy_percent").GetDouble());
            Assert.InRange(task.GetProperty("emulated_accuracy_percent").GetDouble(), 75, 100);
        }
    }

    [Fact]
    public void They_are_small_and_come_through_a_round_trip_to_the_bit()
    {
        Assert.InRange(Directory.EnumerateFiles(Models(""), "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length), 1, 1 << 20);
        using var checkpoint = Checkpoint.Open(Models("base"));
        foreach (var task in new[] { "squad", "sst2" })
        {
            var adapter = PeftFormat.Read(Models(task));
            adapter.CheckFits(checkpoint.Config, task);
            PeftFormat.Write(_directory, adapter, ElementType.Float16);
            foreach (var file in new[] { PeftFormat.FileName, LoraConfig.FileName }) Assert.Equal(File.ReadAllBytes(Path.Combine(Models(task), file)), File.ReadAllBytes(Path.Combine(_directory, file)));
        }
    }
}
