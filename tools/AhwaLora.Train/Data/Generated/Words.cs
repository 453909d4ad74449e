namespace AhwaLora.Train.Data.Generated;

/// <summary>The words of the generated tasks, and the vocabulary that covers them.</summary>
internal static class Words
{
    public static readonly string[] Aspects = ["plot", "cast", "score", "camera", "script", "ending", "pace", "humor", "acting", "dialogue", "opening", "setting"];
    public static readonly string[] Praise = ["warm", "bright", "clever", "fresh", "tender", "honest", "bold", "rich", "sharp", "lively", "charming", "moving", "graceful", "witty", "gripping", "superb"];
    public static readonly string[] Blame = ["dull", "flat", "stale", "clumsy", "hollow", "tired", "weak", "cold", "messy", "shallow", "bland", "boring", "lifeless", "muddled", "tedious", "poor"];
    public static readonly string[] Joins = ["and", "but", "while", "though", ","];
    public static readonly string[] Commands = ["repeat", "reverse", "first", "last", "sort", "largest", "smallest"];
    public static readonly string[] Numbers = [.. Enumerable.Range(0, 10).Select(n => $"{n}")];

    private static readonly string[] _special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
    private static readonly string[] _marks = [".", "?", ":", "-", "'"];
    private static readonly string[] _grammar = ["is", "very", "what", "praises", "blames"];

    // Some words are written in pieces, so that the tokenizer has something to do: charm ##ing, grace ##ful.
    private static readonly string[] _inPieces = ["lively", "charming", "moving", "graceful", "boring", "lifeless", "tedious", "clumsy", "acting", "opening"];
    private static readonly string[] _pieces = ["charm", "mov", "grace", "live", "bor", "life", "tedi", "clum", "act", "open", "##ly", "##ing", "##ful", "##less", "##ous", "##sy"];

    /// <summary>vocab.txt: special tokens, punctuation, letters alone and inside words, then words and pieces. Each line holds one token; its number is the line's, from 0.</summary>
    public static IReadOnlyList<string> Vocabulary()
    {
        var letters = Enumerable.Range('a', 26).Select(c => $"{(char)c}").ToArray();
        string[][] words = [_grammar, Aspects, Praise, Blame, Joins, Commands, Numbers];
        return [.. _special, .. _marks, .. letters, .. letters.Select(l => "##" + l), .. words.SelectMany(w => w).Except(_inPieces).Distinct(), .. _pieces];
    }
}
