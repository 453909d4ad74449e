using AhwaLora.Common.Files;
using Microsoft.ML.Tokenizers;

namespace AhwaLora.Train.Data;

/// <summary>An example as token numbers.</summary>
/// <param name="Ids">Tokens: [CLS] first [SEP] second [SEP].</param>
/// <param name="Types">0 up to the first [SEP], 1 after it.</param>
/// <param name="Target">The class, or the token with which the answer begins.</param>
/// <param name="End">The token with which the answer ends; -1 for classes.</param>
public sealed record Features(int[] Ids, int[] Types, int Target, int End = -1);

/// <summary>Converts text to tokens with BERT's WordPiece tokenizer.</summary>
public sealed class TextEncoder
{
    /// <summary>The file name of the vocabulary in a directory.</summary>
    public const string FileName = "vocab.txt";

    private readonly BertTokenizer _tokenizer;

    private TextEncoder(BertTokenizer tokenizer, IReadOnlyList<string> vocabulary) => (_tokenizer, Vocabulary) = (tokenizer, vocabulary);

    /// <summary>All tokens, by their numbers.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>The number of tokens in the vocabulary.</summary>
    public int Size => Vocabulary.Count;

    /// <summary>The number of [PAD].</summary>
    public int Filling => _tokenizer.PaddingTokenId;

    /// <summary>The number of [CLS], with which every sequence begins.</summary>
    public int Begin => _tokenizer.ClassificationTokenId;

    /// <summary>The number of [SEP], which ends a sentence.</summary>
    public int Separator => _tokenizer.SeparatorTokenId;

    /// <summary>Reads vocab.txt.</summary>
    /// <exception cref="UserErrorException">The file cannot be read or lacks a special token.</exception>
    public static TextEncoder Read(string path)
    {
        var lines = TextFiles.ReadLines(path);
        try
        {
            return new TextEncoder(BertTokenizer.Create(path), lines);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw new UserErrorException($"{path}: not a WordPiece vocabulary: {e.Message.Split('.')[0]}; expected one token per line, among them [PAD], [UNK], [CLS], [SEP] and [MASK]", e);
        }
    }

    /// <summary>Encodes a sentence or a pair.</summary>
    public Features Encode(LabelledText text) => Join(Tokens(text.First), text.Second is { } second ? Tokens(second) : null, text.Label, -1);

    /// <summary>Encodes the question, then the context; the answer is given by the positions of its tokens in the sequence.</summary>
    /// <exception cref="UserErrorException">The answer does not begin and end at token boundaries.</exception>
    public Features Encode(ReadingQuestion question)
    {
        var asked = Tokens(question.Question);
        // The tokenizer lower-cases the text and strips accents, so its offsets are sure to be those of the context only if there are no accents.
        var context = _tokenizer.EncodeToTokens(question.Context, out _);
        var end = question.AnswerStart + question.Answer.Length;
        var first = context.Index().FirstOrDefault(t => t.Item.Offset.Start.Value == question.AnswerStart, (-1, default)).Index;
        var last = context.Index().FirstOrDefault(t => t.Item.Offset.End.Value == end, (-1, default)).Index;
        if (first < 0 || last < first) throw new UserErrorException($"question '{question.Id}': '{question.Answer}' does not begin and end with tokens of its context");
        var before = asked.Length + 2;
        return Join(asked, [.. context.Select(t => t.Id)], before + first, before + last);
    }

    /// <summary>The tokens of a text, without special tokens.</summary>
    public int[] Tokens(string text) => [.. _tokenizer.EncodeToIds(text, addSpecialTokens: false)];

    /// <summary>The text that tokens stand for.</summary>
    public string Text(IEnumerable<int> ids) => _tokenizer.Decode(ids);

    private Features Join(int[] first, int[]? second, int target, int end)
    {
        int[] ids = [.. _tokenizer.BuildInputsWithSpecialTokens(first, second)];
        int[] types = [.. _tokenizer.CreateTokenTypeIdsFromSequences(first, second)];
        return new Features(ids, types, target, end);
    }
}
