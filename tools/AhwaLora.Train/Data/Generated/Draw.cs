namespace AhwaLora.Train.Data.Generated;

/// <summary>Draws from lists with a seeded generator.</summary>
internal static class Draw
{
    /// <summary>One element of a list.</summary>
    public static T Pick<T>(this Random random, IReadOnlyList<T> list) => list[random.Next(list.Count)];

    /// <summary>Several elements of a list, from different places.</summary>
    public static T[] PickSeveral<T>(this Random random, IReadOnlyList<T> list, int count)
    {
        T[] shuffled = [.. list];
        random.Shuffle(shuffled);
        return shuffled[..count];
    }
}
