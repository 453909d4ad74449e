using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Emu.Tests.Common.Text;

/// <summary>Whatever stands in a JSON file is a record or a line about a field; no line names what only programmers know.</summary>
public sealed class JsonTextTests
{
    private static readonly JsonSerializerOptions Style = new(JsonStyles.Configuration);

    [Theory]
    [InlineData("""{"name": "a"}""", null)]
    [InlineData("""{"name": "a", "parts": [{"size": 1, "kind": "of_two"}], "counts": {"x": 18446744073709551615}, "factor": 1e3, "maybe": null, "note": null}""", null)]
    [InlineData("""{"$schema": "x", "name": "a",} // text""", null)]
    [InlineData("""{"name": null}""", "field 'name': expected a text")]
    [InlineData("""{"name": 1}""", "field 'name': expected a text")]
    [InlineData("""{"name": ["a"]}""", "field 'name': expected a text")]
    [InlineData("""{}""", "'name' missing")]
    [InlineData("""{"nam": "a"}""", "field 'nam': no such field; expected name, parts, counts, lists, factor, flag, maybe, note")]
    [InlineData("""{"name": "a", "name": "b"}""", "field 'name' is given twice")]
    [InlineData("""{"name": "a", "parts": null}""", "field 'parts': expected a list")]
    [InlineData("""{"name": "a", "parts": {}}""", "field 'parts': expected a list")]
    [InlineData("""{"name": "a", "parts": [null]}""", "field 'parts[0]': expected an object")]
    [InlineData("""{"name": "a", "parts": [{"size": 1}, 2]}""", "field 'parts[1]': expected an object")]
    [InlineData("""{"name": "a", "parts": [{"size": null}]}""", "field 'parts[0].size': expected a whole number")]
    [InlineData("""{"name": "a", "parts": [{"size": 1.5}]}""", "field 'parts[0].size': expected a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"name": "a", "parts": [{"size": 2147483648}]}""", "field 'parts[0].size': expected a whole number from -2147483648 to 2147483647")]
    [InlineData("""{"name": "a", "parts": [{"size": 1, "kind": "three"}]}""", "field 'parts[0].kind': expected one, of_two")]
    [InlineData("""{"name": "a", "parts": [{"size": 1, "kind": 1}]}""", "field 'parts[0].kind': expected one, of_two")]
    [InlineData("""{"name": "a", "counts": []}""", "field 'counts': expected an object")]
    [InlineData("""{"name": "a", "counts": {"x": null}}""", "field 'counts.x': expected a whole number")]
    [InlineData("""{"name": "a", "counts": {"x": -1}}""", "field 'counts.x': expected a whole number from 0 to 18446744073709551615")]
    [InlineData("""{"name": "a", "counts": {"x": 1, "x": 2}}""", "field 'counts.x' is given twice")]
    [InlineData("""{"name": "a", "lists": [[1], [true]]}""", "field 'lists[1][0]': expected a whole number")]
    [InlineData("""{"name": "a", "lists": [[1], null]}""", "field 'lists[1]': expected a list")]
    [InlineData("""{"name": "a", "factor": "1"}""", "field 'factor': expected a number")]
    [InlineData("""{"name": "a", "flag": 1}""", "field 'flag': expected true or false")]
    [InlineData("""{"name": "a", "maybe": "x"}""", "field 'maybe': expected a whole number")]
    [InlineData("""null""", "expected a JSON object")]
    [InlineData("""[]""", "expected a JSON object")]
    [InlineData("""{"name": "a\ud800"}""", "field 'name': expected a text without half characters")]
    [InlineData("""{"name\ud800": "a"}""", "a text holds half a character")]
    [InlineData("""{"name": """, "the file ends too early")]
    [InlineData("""{"name": "a"} {}""", "line 1: ")]
    [InlineData("", "line 1: ")]
    public void A_fault_is_told_in_the_words_of_the_file(string json, string? fault)
    {
        if (fault is null)
        {
            Assert.Equal("a", Take(json).Name);
            return;
        }

        var error = Assert.Throws<JsonException>(() => Take(json));
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("type '", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{\"name\":")]
    public void What_is_nested_deeply_is_refused(string open)
    {
        var json = "{\"name\": " + string.Concat(Enumerable.Repeat(open, 100_000));
        Assert.Equal("is nested too deeply", Assert.Throws<JsonException>(() => Take(json)).Message.Split(": ")[^1]);
    }

    [Fact]
    public void All_faults_are_found()
    {
        var json = JsonText.ParseObject("""{"parts": [{"size": "x"}, null], "flag": 2}""", Style);
        Assert.Equal(
            ["field 'parts[0].size': expected a whole number", "field 'parts[1]': expected an object", "field 'flag': expected true or false", "'name' missing"],
            JsonText.Faults<Whole>(json, Style));
    }

    [Fact]
    public void A_file_begins_with_a_byte_order_mark_or_not()
    {
        var path = Scratch.File("file.json");
        File.WriteAllText(path, """{"name": "a"}""", new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("a", JsonText.Read<Whole>(path, Style).Name);
        var error = Assert.Throws<UserErrorException>(() => JsonText.Read<Whole>(Scratch.File("b.json", """{"name": 1}"""), Style));
        Assert.EndsWith("b.json: field 'name': expected a text", error.Message, StringComparison.Ordinal);
    }

    private static Whole Take(string json) => JsonText.Take<Whole>(JsonText.ParseObject(json, Style), Style);

    private enum Kind
    {
        One,
        OfTwo,
    }

    private sealed record Whole
    {
        public required string Name { get; init; }

        public IReadOnlyList<Part> Parts { get; init; } = [];

        public IReadOnlyDictionary<string, ulong> Counts { get; init; } = new Dictionary<string, ulong>();

        public IReadOnlyList<IReadOnlyList<int>> Lists { get; init; } = [];

        public double Factor { get; init; }

        public bool Flag { get; init; }

        public int? Maybe { get; init; }

        public string? Note { get; init; }

        [JsonIgnore]
        public int Size => Parts.Count;
    }

    private sealed record Part(int Size, Kind Kind = Kind.One);
}
