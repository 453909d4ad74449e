using System.Text.Json;
using System.Text.Json.Serialization;
using AhwaLora.Common.Files;
using AhwaLora.Common.Text;

namespace AhwaLora.Train.Data;

/// <summary>SQuAD v1.1: articles have paragraphs. A paragraph has a context and questions. A question has answers, each with its text and first character.</summary>
public static class SquadJson
{
    /// <summary>Reads train-v1.1.json and dev-v1.1.json of a directory.</summary>
    /// <exception cref="UserErrorException">A file is missing or is not a SQuAD file.</exception>
    public static Split<ReadingQuestion> ReadDirectory(string directory) =>
        new(Read(Path.Combine(directory, "train-v1.1.json")), Read(Path.Combine(directory, "dev-v1.1.json")));

    /// <summary>Reads one file. If a question has several answers, it takes the first.</summary>
    /// <exception cref="UserErrorException">It is not a SQuAD file, or an answer is not at its stated position; the message names the question.</exception>
    public static IReadOnlyList<ReadingQuestion> Read(string path)
    {
        Document document;
        try
        {
            document = JsonText.Parse<Document>(TextFiles.Read(path), JsonStyles.DataSet);
        }
        catch (JsonException e)
        {
            throw new UserErrorException($"{path}: not a SQuAD v1.1 file: {e.Message}", e);
        }

        var questions = new List<ReadingQuestion>();
        foreach (var paragraph in document.Data.SelectMany(article => article.Paragraphs))
        {
            foreach (var asked in paragraph.Qas)
            {
                if (asked.Answers.Count == 0) throw new UserErrorException($"{path}: question '{asked.Id}' has no answer; SQuAD v2.0 is not supported");
                var answer = asked.Answers[0];
                if (answer.AnswerStart < 0 || string.CompareOrdinal(paragraph.Context, answer.AnswerStart, answer.Text, 0, answer.Text.Length) != 0)
                    throw new UserErrorException($"{path}: question '{asked.Id}': '{answer.Text}' is not at character {answer.AnswerStart} of its context");
                questions.Add(new ReadingQuestion(asked.Id, paragraph.Context, asked.Question, answer.Text, answer.AnswerStart));
            }
        }

        return questions.Count > 0 ? questions : throw new UserErrorException($"{path}: has no questions");
    }

    /// <summary>Writes one file with one article.</summary>
    public static void Write(string path, string title, IEnumerable<ReadingQuestion> questions)
    {
        var paragraphs = questions.GroupBy(q => q.Context).Select(group => new Paragraph(
            group.Key,
            [.. group.Select(q => new Asked(q.Id, q.Question, [new Answer(q.Answer, q.AnswerStart)]))]));
        AtomicFile.WriteText(path, JsonSerializer.Serialize(new Document("1.1", [new Article(title, [.. paragraphs])]), JsonStyles.DataSet) + "\n");
    }

    private sealed record Document([property: JsonRequired] string Version, [property: JsonRequired] IReadOnlyList<Article> Data);

    private sealed record Article(string? Title, [property: JsonRequired] IReadOnlyList<Paragraph> Paragraphs);

    private sealed record Paragraph([property: JsonRequired] string Context, [property: JsonRequired] IReadOnlyList<Asked> Qas);

    private sealed record Asked([property: JsonRequired] string Id, [property: JsonRequired] string Question, [property: JsonRequired] IReadOnlyList<Answer> Answers);

    private sealed record Answer([property: JsonRequired] string Text, [property: JsonRequired] int AnswerStart);
}
