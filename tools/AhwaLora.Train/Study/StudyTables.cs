using System.Globalization;
using System.Text;
using AhwaLora.Common.Text;

namespace AhwaLora.Train.Study;

/// <summary>The tables of docs/training.md.</summary>
/// <param name="plan">The plan of the study.</param>
/// <param name="seeds">The results of each seed.</param>
public sealed class StudyTables(StudyPlan plan, IReadOnlyList<SeedResult> seeds)
{
    private readonly StringBuilder _text = new();

    /// <summary>All tables, in Markdown.</summary>
    public string Write()
    {
        Recovery();
        foreach (var task in seeds[0].Series.Select(s => s.Task).Distinct()) Ages(task);
        Ranks();
        Converters();
        Causal();
        return _text.ToString();
    }

    private void Recovery()
    {
        Heading($"At t = 0, {plan.Bits} bits", "Recovered: (adapter - none) / (digital - none), of the means.");
        var table = new TextTable("<task", "digital", "none", $"AHWA-LoRA, r = {plan.UsualRank}", "all weights", "recovered by AHWA-LoRA", "by all weights", "AHWA-LoRA trains");
        foreach (var task in seeds[0].Series.Select(s => s.Task).Distinct())
        {
            var (none, adapter, full) = (AtZero(task, "none", 0), AtZero(task, "adapter", plan.UsualRank), AtZero(task, "full", 0));
            var digital = Over(task, "none", 0, plan.Bits, s => s.Digital);
            var trained = seeds[0].Series.First(s => s.Task == task && s.Method == "adapter" && s.Rank == plan.UsualRank).TrainedParameters;
            string Share(Statistic method) => Percent((method.Mean - none.Mean) / (digital.Mean - none.Mean));
            table.Add(task, $"{Number(digital.Mean)}", $"{none}", $"{adapter}", $"{full}", Share(adapter), Share(full), $"{TextTable.Number(trained)} ({Percent((double)trained / (seeds[0].BaseParameters + trained))})");
        }

        Append(table);
    }

    private void Ages(string task)
    {
        Heading($"{task} over the age of the tiles, {plan.Bits} bits", "With global drift compensation, and without it (-).");
        var table = new TextTable("<age", "none", "none -", "AHWA-LoRA", "AHWA-LoRA -", "all weights", "all weights -");
        (string Method, int Rank)[] methods = [("none", 0), ("adapter", plan.UsualRank), ("full", 0)];
        foreach (var (index, age) in Age.All.Index())
        {
            table.Add([age.Name, .. methods.SelectMany(m => new[]
            {
                $"{Over(task, m.Method, m.Rank, plan.Bits, s => s.Ages.Compensated[index])}",
                $"{Over(task, m.Method, m.Rank, plan.Bits, s => s.Ages.Uncompensated[index])}",
            })]);
        }

        Append(table);
    }

    private void Ranks()
    {
        Heading($"{plan.MainTask} over ranks, {plan.Bits} bits", "With global drift compensation.");
        var table = new TextTable(["<rank", "trained", "digital", .. Age.All.Select(a => a.Name)]);
        foreach (var rank in plan.Ranks)
        {
            var trained = seeds[0].Series.First(s => s.Task == plan.MainTask && s.Method == "adapter" && s.Rank == rank).TrainedParameters;
            Statistic Score(Func<Series, double> score) => Over(plan.MainTask, "adapter", rank, plan.Bits, score);
            table.Add([$"{rank}", $"{TextTable.Number(trained)} ({Percent((double)trained / (seeds[0].BaseParameters + trained))})", $"{Score(s => s.Digital)}", .. Age.All.Index().Select(a => $"{Score(s => s.Ages.Compensated[a.Index])}")]);
        }

        Append(table);
    }

    private void Converters()
    {
        Heading($"{plan.MainTask}: converters cut from {plan.Bits} to {plan.FewerBits} bits, tiles untouched", $"AHWA-LoRA, r = {plan.UsualRank}, with global drift compensation. Won back: share of the loss, of the means.");
        var table = new TextTable(["<", .. Age.All.Select(a => a.Name)]);
        Statistic At(string method, int trained, int bits, int age) => Statistic.Of(seeds.Select(seed => seed.Series.First(s =>
            s.Task == plan.MainTask && s.Method == method && (method == "none" || s.Rank == plan.UsualRank) && s.TrainedBits == trained && s.Bits == bits).Ages.Compensated[age]));
        string[] Row(string name, Func<int, string> cell) => [name, .. Enumerable.Range(0, Age.All.Count).Select(cell)];
        table.Add(Row($"{plan.Bits} bits, its adapter", a => $"{At("adapter", plan.Bits, plan.Bits, a)}"));
        table.Add(Row($"{plan.FewerBits} bits, the same adapter", a => $"{At("adapter", plan.Bits, plan.FewerBits, a)}"));
        table.Add(Row($"{plan.FewerBits} bits, adapter trained for them", a => $"{At("adapter", plan.FewerBits, plan.FewerBits, a)}"));
        table.Add(Row("won back", a => Percent(
            (At("adapter", plan.FewerBits, plan.FewerBits, a).Mean - At("adapter", plan.Bits, plan.FewerBits, a).Mean)
            / (At("adapter", plan.Bits, plan.Bits, a).Mean - At("adapter", plan.Bits, plan.FewerBits, a).Mean))));
        table.Add(Row($"{plan.FewerBits} bits, no adapter", a => $"{At("none", 0, plan.FewerBits, a)}"));
        Append(table);
    }

    private void Causal()
    {
        Heading("Causal model", $"Share of exact responses in percent, right after programming, {plan.Bits} bits, r = {plan.UsualRank}.");
        var table = new TextTable("<data", "<adapter", "digital", "on tiles");
        foreach (var group in seeds.SelectMany(s => s.Causal).GroupBy(c => (c.Data, c.Method)))
        {
            table.Add(group.Key.Data, group.Key.Method switch { "none" => "none", "adapter" => "by cross-entropy on instruct", _ => "by reward (GRPO)" },
                $"{Statistic.Of(group.Select(c => c.Digital))}", $"{Statistic.Of(group.Select(c => c.OnTiles))}");
        }

        Append(table);
    }

    private Statistic AtZero(string task, string method, int rank) => Over(task, method, rank, plan.Bits, s => s.Ages.Compensated[0]);

    private Statistic Over(string task, string method, int rank, int bits, Func<Series, double> score) => Statistic.Of(seeds.Select(seed => score(seed.Series.First(s =>
        s.Task == task && s.Method == method && s.Rank == rank && s.Bits == bits && (s.TrainedBits == bits || method == "none")))));

    private void Heading(string title, string note) => _text.Append(CultureInfo.InvariantCulture, $"\n### {title}\n\n{note}\n\n");

    private void Append(TextTable table)
    {
        using var writer = new StringWriter(_text, CultureInfo.InvariantCulture) { NewLine = "\n" };
        table.WriteMarkdown(writer);
    }

    private static string Number(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private static string Percent(double share) => double.IsFinite(share) ? string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %") : "-";
}
