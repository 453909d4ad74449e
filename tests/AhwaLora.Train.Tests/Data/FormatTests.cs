using AhwaLora.Common.Files;
using AhwaLora.Train.Data;
using AhwaLora.Train.Data.Generated;

namespace AhwaLora.Train.Tests.Data;

public class FormatTests : InDirectory
{
    [Fact]
    public void GeneratedFilesAreTheSameBytesForTheSameSeedAndOthersForAnother()
    {
        string[] Files(string name, int seed)
        {
            DataDirectory.Write(PathOf(name), seed, 40, 10);
            return [.. Directory.GetFiles(PathOf(name), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        }

        var first = Files("a", 1);
        Assert.Equal(11, first.Length);
        Assert.Equal(first, Files("b", 1));
        Assert.NotEqual(first, Files("c", 2));
    }

    [Fact]
    public void EverySetIsReadBackAsItWasMadeAndSharesNothingBetweenTrainAndDev()
    {
        DataDirectory.Write(PathOf("data"), 1, 60, 20);
        Check(GeneratedTasks.Sentiment(1, 60, 20), GlueTsv.ReadDirectory(PathOf("data/sst2"), GlueTask.Sst2));
        Check(GeneratedTasks.Entailment(1, 60, 20), GlueTsv.ReadDirectory(PathOf("data/rte"), GlueTask.Rte));
        Check(GeneratedTasks.Reading(1, 60, 20), SquadJson.ReadDirectory(PathOf("data/squad")));
        Check(GeneratedTasks.Instructions(1, 60, 20), InstructionLines.ReadDirectory(PathOf("data/instruct")));

        static void Check<T>(Split<T> made, Split<T> read)
            where T : notnull
        {
            Assert.Equal(made.Train.ToHashSet(), read.Train.ToHashSet()); // SQuAD groups questions by context
            Assert.Equal(made.Dev.ToHashSet(), read.Dev.ToHashSet());
            Assert.Empty(read.Train.Intersect(read.Dev));
        }
    }

    [Fact]
    public void ARealSquadFileIsReadWithItsArticlesParagraphsAndFirstAnswers()
    {
        File.WriteAllText(PathOf("f.json"), """
            {"data": [{"title": "Normans", "paragraphs": [{"context": "The Normans gave their name to Normandy, a region in France.",
             "qas": [{"answers": [{"answer_start": 53, "text": "France"}, {"answer_start": 41, "text": "a region in France"}], "question": "In what country is Normandy?", "id": "56ddde6b"}]}]}],
             "version": "1.1"}
            """);
        Assert.Equal([new ReadingQuestion("56ddde6b", "The Normans gave their name to Normandy, a region in France.", "In what country is Normandy?", "France", 53)], SquadJson.Read(PathOf("f.json")));
    }

    [Theory]
    [InlineData("sentence\tlabel\ngood film\t2\n", "f.tsv:2: label '2'; expected 0 or 1")]
    [InlineData("sentence\tlabel\ngood film\n", "f.tsv:2: has 1 columns, but there are 2 headings")]
    [InlineData("text\tlabel\n", "has no column 'sentence'")]
    [InlineData("sentence\tlabel\n", "has no examples")]
    public void AWrongTsvIsRefusedByItsLine(string text, string message)
    {
        File.WriteAllText(PathOf("f.tsv"), text);
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => GlueTsv.Read(PathOf("f.tsv"), GlueTask.Sst2)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"version": "1.1", "data": [{"paragraphs": [{"context": "a b", "qas": [{"id": "q7", "question": "?", "answers": [{"text": "b", "answer_start": 0}]}]}]}]}""", "question 'q7': 'b' is not at character 0")]
    [InlineData("""{"version": "v2.0", "data": [{"paragraphs": [{"context": "a b", "qas": [{"id": "q7", "question": "?", "answers": []}]}]}]}""", "question 'q7' has no answer")]
    [InlineData("[]", "not a SQuAD v1.1 file")]
    [InlineData("""{"version": "1.1", "data": null}""", "not a SQuAD v1.1 file")]
    public void AWrongSquadFileIsRefusedByItsQuestion(string text, string message)
    {
        File.WriteAllText(PathOf("f.json"), text);
        Assert.Contains(message, Assert.Throws<UserErrorException>(() => SquadJson.Read(PathOf("f.json"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AWrongInstructionIsRefusedByItsLine()
    {
        File.WriteAllText(PathOf("f.jsonl"), "{\"prompt\": \"a\", \"response\": \"b\"}\n{\"prompt\": \"a\"}\n");
        Assert.Contains("f.jsonl:2: expected {\"prompt\"", Assert.Throws<UserErrorException>(() => InstructionLines.Read(PathOf("f.jsonl"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WordsAreCutIntoPiecesAndAnswersFoundByTheirTokens()
    {
        var tokenizer = Tiny.Tokenizer();
        Assert.Equal(["charm", "##ing"], tokenizer.Tokens("Charming").Select(id => tokenizer.Vocabulary[id]));

        const string Context = "plot is dull and cast is charming";
        var features = tokenizer.Encode(new ReadingQuestion("q", Context, "what praises ?", "charming", Context.IndexOf("charming", StringComparison.Ordinal)));
        Assert.Equal(["[CLS]", "what", "praises", "?", "[SEP]", "plot", "is", "dull", "and", "cast", "is", "charm", "##ing", "[SEP]"], features.Ids.Select(id => tokenizer.Vocabulary[id]));
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1], features.Types);
        Assert.Equal((11, 12), (features.Target, features.End));
    }

    [Fact]
    public void EveryGeneratedWordIsInTheVocabulary()
    {
        var tokenizer = Tiny.Tokenizer();
        var unknown = tokenizer.Vocabulary.ToList().IndexOf("[UNK]");
        var texts = GeneratedTasks.Sentiment(1, 300, 1).Train.Select(e => e.First).Concat(GeneratedTasks.Reading(1, 300, 1).Train.SelectMany(q => new[] { q.Context, q.Question }))
            .Concat(GeneratedTasks.Instructions(1, 300, 1).Train.SelectMany(i => new[] { i.Prompt, i.Response }));
        Assert.DoesNotContain(unknown, texts.SelectMany(tokenizer.Tokens));
    }
}
