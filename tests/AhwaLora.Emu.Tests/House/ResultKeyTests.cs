using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Text;
using AhwaLora.Experiments.LayerRuns;
using AhwaLora.Experiments.Layers;
using AhwaLora.Experiments.Results;
using AhwaLora.Experiments.Sweeps;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Reports;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AhwaLora.Emu.Tests.House;

/// <summary>One vocabulary of results: a measurement has one key, and JSON is written in the styles of <see cref="JsonStyles"/> alone.</summary>
[Trait(Traits.Engine, Traits.Any)]
public sealed class ResultKeyTests
{
    [Fact]
    public void A_name_has_one_key_and_a_key_one_name_in_all_results()
    {
        var results = typeof(RunNumbers).Assembly.GetTypes().Where(type => type.Namespace == typeof(RunNumbers).Namespace && type.IsPublic).Append(typeof(SweepRow)).Append(typeof(OverheadPoint));
        var names = results.SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Select(p => (p.Name, Key: KeyOf(p))).Distinct().ToList();
        Assert.True(names.Count > 80);
        Assert.Empty(names.GroupBy(n => n.Key).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.Empty(names.GroupBy(n => n.Name).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Fact]
    public void A_layer_has_the_same_keys_and_numbers_in_a_sweep_as_by_itself()
    {
        var point = new SweepPoint(new()) { Shape = new LayerShape(32, 16, 4, 24, 8), Harts = 4, Strategy = LayerStrategy.Balanced, Timing = TimingProfile.Named("cv32e40p") };
        var (platform, options) = (point.BuildPlatform(), point.BuildOptions(TestMachine.Engine));
        var comparison = LayerComparison.Run(LayerData.Generate(point.Shape, point.Seed), point.Strategy, platform, options);
        var layer = JsonSerializer.SerializeToNode(LayerNumbers.Of(comparison, null, platform, options), JsonStyles.Tables)!.AsObject();
        var directory = Directory.CreateTempSubdirectory().FullName;
        var row = SweepRun.Execute(SweepPlan.Of("one", [point]), Shard.Whole, directory, TestMachine.Engine, jobs: 1).Rows.Single();
        Directory.Delete(directory, recursive: true);

        var sweep = JsonSerializer.SerializeToNode(row, JsonStyles.Rows)!.AsObject();
        var shared = new[] { layer, layer["plan"]!.AsObject(), layer["pipelined"]!.AsObject() }.SelectMany(part => part).Where(member => sweep.ContainsKey(member.Key)).ToList();
        string[] measured =
        [
            "baseline_cycles", "pipelined_cycles", "overhead_percent", "forecast_cycles", "exposed_cycles", "tcdm_bytes",
            "multiply_adds_per_cycle_and_hart", "tile_busy_cycles", "bound_passes", "relative_error_percent", "instructions",
        ];
        Assert.Empty(measured.Except(shared.Select(member => member.Key)));
        Assert.All(shared, member => Assert.Equal(sweep[member.Key]!.ToJsonString(), member.Value!.ToJsonString()));
    }

    [Fact]
    public void Json_is_written_and_read_in_the_styles_alone()
    {
        string[] projects = ["AhwaLora.Common", "AhwaLora.Analog", "AhwaLora.Models", "AhwaLora.Machine", "AhwaLora.Runs", "AhwaLora.Debug", "AhwaLora.Experiments", "AhwaLora.Reports", "ahwalora"];
        var makers =
            from project in projects
            from type in ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, project + ".dll")).GetTypes()
            where type.Name != nameof(JsonStyles)
            from method in type.Methods
            where method.HasBody && method.Body.Instructions.Any(i => i.OpCode.Code == Code.Newobj && i.Operand is MethodReference { DeclaringType.Name: nameof(JsonSerializerOptions) })
            select method.FullName;
        Assert.Empty(makers);
    }

    private static string KeyOf(PropertyInfo property) => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
}
