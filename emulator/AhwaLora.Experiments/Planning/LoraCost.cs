using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Layers;

namespace AhwaLora.Experiments.Planning;

/// <summary>How the products of a chunk are cut into shares, at most one share per hart: struct lora_split of firmware/kernels/lora/lora.h.</summary>
/// <param name="DownTokens">Token parts of x A.</param>
/// <param name="DownRanks">Rank parts of x A.</param>
/// <param name="UpTokens">Token parts of (x A) B.</param>
/// <param name="UpOutputs">Output parts of (x A) B.</param>
public readonly record struct LoraSplit(int DownTokens, int DownRanks, int UpTokens, int UpOutputs);

/// <summary>
/// Cycles of the kernels of firmware/kernels/lora, counted by hand from their register blocks (blocks.h). The model is a core that issues
/// one instruction per cycle and takes a branch in three cycles, as CV32E40P does; for another core the counts are a lower bound. It
/// leaves bank conflicts to <see cref="BankModel"/>. A product takes as long as its largest share.
/// </summary>
/// <param name="shape">The layer.</param>
internal sealed class LoraCost(LayerShape shape)
{
    private const int Panel = (int)LoraLayout.Panel, Call = 40, TakenBranch = 3, AddPanels = 4;

    // Cycles that a step of firmware/layer takes around a kernel.
    private static readonly KernelCost Around = new(85, 0);

    /// <summary>Cost of a share of x A.</summary>
    public KernelCost Down(int tokens, int ranks) =>
        Blocks(tokens, [1, 2, 3, 4], block => Chain(block, shape.Inputs, Panels(ranks), steps: 16, finish: 2 * Panel * block));

    /// <summary>Cost of a share of (x A) B, stored or added to the tile's output.</summary>
    public KernelCost Up(int tokens, int outputs, bool isAdded)
    {
        var results = isAdded ? 3 : 1; // load, add, store; or store
        return shape.Rank is not (4 or 8)
            ? Blocks(tokens, [1, 2, 4], block => Chain(block, shape.Rank, Panels(outputs), steps: 8, finish: results * Panel * block))
            : HeldBlocks(tokens).Aggregate(default(KernelCost), (sum, block) => sum + Held(block, Panel * Panels(outputs), results));
    }

    /// <summary>Cost of the separate addition of one term.</summary>
    public static KernelCost Add(int tokens, int outputs)
    {
        var panels = Panels(outputs);
        var loops = panels / AddPanels + panels % AddPanels;
        return new KernelCost(Call + (long)tokens * (12 + panels * 4 * Panel + loops * (2 + TakenBranch)), 3L * tokens * panels * Panel);
    }

    /// <summary>The split that finishes first, among those for the same number of harts.</summary>
    public LoraSplit Split(int tokens, int harts)
    {
        (long Cycles, int Tokens, int Others) down = (long.MaxValue, 1, 1), up = (long.MaxValue, 1, 1);
        for (var parts = harts; parts >= 1; parts--)
        {
            var (share, others) = (Part(tokens, parts), harts / parts);
            var (downCycles, upCycles) = (Down(share, Panel * Part(Panels(shape.Rank), others)).Cycles, Up(share, Panel * Part(Panels(shape.Outputs), others), isAdded: true).Cycles);
            if (downCycles < down.Cycles) down = (downCycles, parts, others);
            if (upCycles < up.Cycles) up = (upCycles, parts, others);
        }

        return new LoraSplit(down.Tokens, down.Others, up.Tokens, up.Others);
    }

    /// <summary>Cost of the largest share of x A. These costs all include the step of firmware/layer around the kernel.</summary>
    public KernelCost Down(int tokens, LoraSplit split) => Around + Down(Part(tokens, split.DownTokens), Panel * Part(Panels(shape.Rank), split.DownRanks));

    /// <summary>Cost of the first hart's share of x A, the smallest.</summary>
    public KernelCost FirstDown(int tokens, LoraSplit split) => Around + Down(tokens / split.DownTokens, Panel * (Panels(shape.Rank) / split.DownRanks));

    /// <summary>Cost of the largest share of (x A) B.</summary>
    public KernelCost Up(int tokens, LoraSplit split, bool isAdded) => Around + Up(Part(tokens, split.UpTokens), ShareOfOutputs(split), isAdded);

    /// <summary>Cost of the largest share of an addition.</summary>
    public KernelCost Add(int tokens, LoraSplit split) => Around + Add(Part(tokens, split.UpTokens), ShareOfOutputs(split));

    private int ShareOfOutputs(LoraSplit split) => Panel * Part(Panels(shape.Outputs), split.UpOutputs);

    private static int Panels(int columns) => Part(columns, Panel);

    private static int Part(int count, int parts) => (count + parts - 1) / parts;

    // The tables of lora.c: blocks of six tokens, then blocks of these sizes for the remaining tokens.
    private static KernelCost Blocks(int tokens, int[] sizes, Func<int, KernelCost> cost)
    {
        var sum = tokens / 6 * cost(6);
        for (var left = tokens % 6; left > 0;)
        {
            var block = sizes.Last(size => size <= left);
            sum += cost(block);
            left -= block;
        }

        return sum;
    }

    private IEnumerable<int> HeldBlocks(int tokens)
    {
        for (var left = tokens; left > 0;)
        {
            var block = shape.Rank == 4 ? (left >= 4 ? 4 : Math.Min(left, 2)) : left == 4 ? 2 : Math.Min(left, 3);
            yield return block;
            left -= block;
        }
    }

    // Cost of a panel: set the accumulators, one load for each token and column, one multiply-add for each pair, and the pointers at each branch.
    private static KernelCost Chain(int tokens, int depth, int panels, int steps, int finish)
    {
        var branches = depth / steps + depth % steps;
        var saved = tokens >= 4 ? 40 : 0; // registers that the function must save for its caller
        var cycles = Call + saved + 2 * tokens + (long)panels * (Panel * tokens + (long)depth * (tokens + Panel + Panel * tokens) + branches * (tokens + 1 + TakenBranch) + finish + 2 * tokens + 10);
        return new KernelCost(cycles, saved + panels * ((long)depth * (tokens + Panel) + Panel * tokens));
    }

    private KernelCost Held(int tokens, int columns, int results)
    {
        var branches = columns / Panel / (tokens == 3 ? 4 : 2);
        var saved = tokens * shape.Rank >= 16 ? 40 : 0;
        var cycles = Call + saved + tokens * shape.Rank + (long)columns * (shape.Rank + tokens * shape.Rank + results * tokens) + branches * (tokens + 2 + TakenBranch);
        return new KernelCost(cycles, saved + tokens * shape.Rank + (long)columns * (shape.Rank + (results + 1) / 2 * tokens));
    }
}
