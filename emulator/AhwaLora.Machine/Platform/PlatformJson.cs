using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AhwaLora.Common.Text;
using AhwaLora.Machine.Core.Pipelines;

namespace AhwaLora.Machine.Platform;

/// <summary>Platform files: JSON whose schema follows from <see cref="PlatformDescription"/>, so that the two cannot differ.</summary>
public static class PlatformJson
{
    // The path of the memories, which faults name; faults of clusters and devices give their numbers.
    private const string MemoryList = "$.memories";

    // A platform is written in one of its two forms: a flat one without its clusters, any other without the members that its clusters have.
    private static readonly JsonSerializerOptions Style = JsonStyles.ConfigurationWith(WriteOneForm);

    /// <summary>Parses and checks a platform file.</summary>
    /// <param name="json">Its text.</param>
    /// <param name="catalog">The devices that there are; null for <see cref="DeviceCatalog.Standard"/>.</param>
    /// <exception cref="PlatformException">It does not fit; the faults name the fields and the fixes.</exception>
    public static PlatformDescription Parse(string json, DeviceCatalog? catalog = null)
    {
        var faults = new PlatformFaults();
        var text = ParseObject(json);
        foreach (var fault in JsonText.Faults<PlatformDescription>(text, Style)) faults.Add(fault);
        if (faults.All.Any(JsonText.IsOfDuplicate)) faults.ThrowIfAny();
        var root = JsonObject.Create(text)!;
        var reader = new JsonFaultReader<PlatformDescription>(root, Style, faults);
        if (root.ContainsKey("clusters")) RefuseFlatMembers(root, faults);
        if (reader.Value is not { } platform) throw new PlatformException(faults.All);

        // The reference platform's memories include the TCDM of its only cluster.
        if (root.ContainsKey("clusters") && !root.ContainsKey("memories")) platform = platform with { Memories = [.. platform.Memories.Where(memory => memory.Banks == 0)] };
        if (reader.ListsWithGaps.Remove(MemoryList)) platform = platform with { Memories = [.. platform.Memories.OfType<MemoryDescription>().DefaultIfEmpty(new PlatformDescription().Memories[0])] };
        if (reader.ListsWithGaps.Count == 0) PlatformRules.Check(platform, catalog ?? DeviceCatalog.Standard, faults);
        faults.ThrowIfAny();
        return platform;
    }

    private static JsonElement ParseObject(string json)
    {
        try
        {
            return JsonText.ParseObject(json, Style);
        }
        catch (JsonException e)
        {
            throw new PlatformException(e.Message, e);
        }
    }

    /// <summary>The file that describes <paramref name="platform"/>.</summary>
    public static string Write(PlatformDescription platform) => JsonSerializer.Serialize(platform, Style) + "\n";

    /// <summary>A platform file, on one line, with only the members that differ from the reference platform; arrays are complete.</summary>
    public static string WriteChanges(PlatformDescription platform)
    {
        var all = JsonSerializer.SerializeToNode(platform, Style)!.AsObject();
        KeepChanges(all, JsonSerializer.SerializeToNode(new PlatformDescription(), Style)!.AsObject());
        return all.ToJsonString(JsonStyles.ConfigurationLine);
    }

    /// <summary>The JSON Schema of platform files.</summary>
    public static string Schema()
    {
        var exporter = new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = static (context, schema) => (context.PropertyInfo?.CustomConverter ?? context.TypeInfo.Converter) switch
            {
                AddressJsonConverter => Text(AddressJsonConverter.TextPattern),
                SizeJsonConverter => Text(SizeJsonConverter.TextPattern),
                _ => schema,
            },
        };
        var root = (JsonObject)Style.GetJsonSchemaAsNode(typeof(PlatformDescription), exporter);
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        root["title"] = "AhwaLora.Emu platform";
        return root.ToJsonString(JsonStyles.Configuration) + "\n";
    }

    private static void RefuseFlatMembers(JsonObject root, PlatformFaults faults)
    {
        foreach (var member in Style.GetTypeInfo(typeof(PlatformDescription)).Properties.Where(IsOfFirstCluster))
        {
            faults.Require(!root.ContainsKey(member.Name), $"field '{member.Name}': does not go with 'clusters'; each of them has its own");
        }
    }

    private static bool IsOfFirstCluster(JsonPropertyInfo member) => member.AttributeProvider?.IsDefined(typeof(OfFirstClusterAttribute), inherit: false) == true;

    private static void WriteOneForm(JsonTypeInfo type)
    {
        if (type.Type != typeof(PlatformDescription)) return;
        foreach (var member in type.Properties)
        {
            var ownRule = member.ShouldSerialize;
            if (IsOfFirstCluster(member)) member.ShouldSerialize = (platform, value) => ((PlatformDescription)platform).IsFlat && ownRule?.Invoke(platform, value) != false;
            else if (member.Name == "clusters") member.ShouldSerialize = static (platform, _) => !((PlatformDescription)platform).IsFlat;
        }
    }

    private static void KeepChanges(JsonObject all, JsonObject reference)
    {
        foreach (var (name, value) in all.ToList())
        {
            if (JsonNode.DeepEquals(value, reference[name])) all.Remove(name);
            else if (value is JsonObject members && reference[name] is JsonObject others) KeepChanges(members, others);
        }
    }

    private static JsonObject Text(string pattern) => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["type"] = "string", ["pattern"] = pattern },
            new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = uint.MaxValue }),
    };
}
