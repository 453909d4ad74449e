namespace AhwaLora.Models.Encoder;

/// <summary>One example as the tokenizer leaves it; not padded.</summary>
/// <param name="Ids">Tokens, [CLS] first.</param>
/// <param name="Types">Segment of each, 0 or 1.</param>
public sealed record TokenSequence(int[] Ids, int[] Types)
{
    /// <summary>An example of one segment.</summary>
    public TokenSequence(int[] ids)
        : this(ids, new int[ids.Length])
    {
    }

    /// <summary>Tokens in it.</summary>
    public int Length => Ids.Length;
}
