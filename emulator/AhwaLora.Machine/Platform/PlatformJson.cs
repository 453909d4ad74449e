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
    private static readonly JsonDocumentOptions FileOptions = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <summary>Parses and checks a platform file.</summary>
    /// <exception cref="PlatformException">The file does not fit the schema or breaks a rule; the message names the field and the fix.</exception>
    public static PlatformDescription Parse(string json)
    {
        try
        {
            if (JsonNode.Parse(json, documentOptions: FileOptions) is JsonObject root)
            {
                root.Remove("$schema");
                var platform = root.Deserialize<PlatformDescription>(JsonStyles.Configuration)!;
                PlatformRules.Check(platform);
                return platform;
            }
        }
        catch (JsonException e)
        {
            throw new PlatformException(JsonFault.Describe(e, typeof(PlatformDescription)), e);
        }

        throw new PlatformException("expected a JSON object");
    }

    /// <summary>The file that describes <paramref name="platform"/>.</summary>
    public static string Write(PlatformDescription platform) => JsonSerializer.Serialize(platform, JsonStyles.Configuration) + "\n";

    /// <summary>A platform file, on one line, with only the members that differ from the reference platform; arrays are complete.</summary>
    public static string WriteChanges(PlatformDescription platform)
    {
        var all = JsonSerializer.SerializeToNode(platform, JsonStyles.Configuration)!.AsObject();
        KeepChanges(all, JsonSerializer.SerializeToNode(new PlatformDescription(), JsonStyles.Configuration)!.AsObject());
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
        var root = (JsonObject)JsonStyles.Configuration.GetJsonSchemaAsNode(typeof(PlatformDescription), exporter);
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        root["title"] = "AhwaLora.Emu platform";
        return root.ToJsonString(JsonStyles.Configuration) + "\n";
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

/// <summary>A platform cannot be built; the message is one line.</summary>
public sealed class PlatformException : Exception
{
    /// <summary>An error with its line.</summary>
    public PlatformException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its line and what led to it.</summary>
    public PlatformException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
