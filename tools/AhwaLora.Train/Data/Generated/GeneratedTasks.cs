namespace AhwaLora.Train.Data.Generated;

/// <summary>
/// The project's own data, made from a seed in the formats of the real data sets; docs/training.md describes each. No example of
/// a dev set is in its train set.
/// </summary>
public static class GeneratedTasks
{
    /// <summary>The number of instructions: 7 commands times 720 lists of three different digits.</summary>
    public const int InstructionCount = 7 * 720;

    /// <summary>How the 720 checkable tasks are split.</summary>
    public const int VerifiableTrain = 600, VerifiableDev = 120;

    /// <summary>
    /// Reviews in the style of SST-2: two to four clauses, each of which praises or blames an aspect. The class is the sign of
    /// their sum, which is never zero.
    /// </summary>
    public static Split<LabelledText> Sentiment(int seed, int train, int dev) => Make(seed, train, dev, (random, _) =>
    {
        while (true)
        {
            Clause[] clauses = [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => Clause.Draw(random))];
            var sum = clauses.Sum(c => c.Value);
            if (sum != 0) return new LabelledText(Join(random, clauses), null, sum > 0 ? 1 : 0);
        }
    });

    /// <summary>Pairs in the style of RTE: two reviews of two clauses. The second follows from the first if it does not praise more than the first.</summary>
    public static Split<LabelledText> Entailment(int seed, int train, int dev) => Make(seed, train, dev, (random, _) =>
    {
        while (true)
        {
            Clause[] first = [Clause.Draw(random), Clause.Draw(random)], second = [Clause.Draw(random), Clause.Draw(random)];
            var difference = first.Sum(c => c.Value) - second.Sum(c => c.Value);
            if (difference != 0) return new LabelledText(Join(random, first), Join(random, second), difference > 0 ? 0 : 1);
        }
    });

    /// <summary>Questions in the style of SQuAD: which one of three words about a film praises (or blames) it?</summary>
    public static Split<ReadingQuestion> Reading(int seed, int train, int dev) => Make(seed, train, dev, (random, number) =>
    {
        var (odd, praises) = (random.Next(3), random.Next(2) == 0);
        Clause[] clauses = [.. Enumerable.Range(0, 3).Select(i => Clause.Draw(random, (i == odd) == praises))];
        var context = Join(random, clauses);
        var start = string.Join(' ', clauses.Take(odd).Select(c => c.Text)).Length;
        return new ReadingQuestion($"generated-{number}", context, $"what {(praises ? "praises" : "blames")} ?", clauses[odd].Word, context.IndexOf(clauses[odd].Word, start, StringComparison.Ordinal));
    });

    /// <summary>Instructions about short lists: repeat or reverse it, name its first or last, its largest or smallest, or sort it.</summary>
    public static Split<Instruction> Instructions(int seed, int train, int dev) => Make(seed, train, dev, (random, _) => Command(random, random.Pick(Words.Commands)));

    /// <summary>Tasks whose answers can be checked, for training by reward: sort a list of numbers.</summary>
    public static Split<Instruction> Verifiable(int seed, int train, int dev) => Make(seed, train, dev, (random, _) => Command(random, "sort"));

    private static string Join(Random random, Clause[] clauses) =>
        clauses.Skip(1).Aggregate(clauses[0].Text, (text, clause) => $"{text} {random.Pick(Words.Joins)} {clause.Text}");

    private static Instruction Command(Random random, string command)
    {
        var items = random.PickSeveral(Words.Numbers, 3);
        string[] response = command switch
        {
            "repeat" => items,
            "reverse" => [.. items.Reverse()],
            "first" => [items[0]],
            "last" => [items[^1]],
            "sort" => [.. items.Order(StringComparer.Ordinal)],
            "largest" => [items.Max(StringComparer.Ordinal)!],
            "smallest" => [items.Min(StringComparer.Ordinal)!],
            _ => throw new ArgumentException($"command '{command}'"),
        };
        return new Instruction($"{command} : {string.Join(' ', items)}", string.Join(' ', response));
    }

    /// <summary>Makes examples that are all different.</summary>
    private static Split<T> Make<T>(int seed, int train, int dev, Func<Random, int, T> next)
    {
        var random = new Random(seed);
        var all = new HashSet<T>();
        while (all.Count < train + dev) all.Add(next(random, all.Count));
        return new Split<T>([.. all.Take(train)], [.. all.Skip(train)]);
    }

    /// <summary>"plot is very warm": praise counts 1, blame -1, and "very" doubles it.</summary>
    private sealed record Clause(string Aspect, string Word, bool Praises, bool Very)
    {
        private const int OneInVery = 4;

        public string Text => $"{Aspect} is {(Very ? "very " : "")}{Word}";

        public int Value => (Praises ? 1 : -1) * (Very ? 2 : 1);

        public static Clause Draw(Random random, bool? praises = null)
        {
            var isPraise = praises ?? random.Next(2) == 0;
            return new Clause(random.Pick(Words.Aspects), random.Pick(isPraise ? Words.Praise : Words.Blame), isPraise, random.Next(OneInVery) == 0);
        }
    }
}
