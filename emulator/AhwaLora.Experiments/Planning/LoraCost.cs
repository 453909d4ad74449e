using AhwaLora.Experiments.Contract;
using AhwaLora.Experiments.Layers;

namespace AhwaLora.Experiments.Planning;

/// <summary>How the products of a chunk are cut into shares, at most one for each hart: struct lora_split of firmware/kernels/lora/lora.h.</summary>
/// <param name="DownTokens">Token parts of x A.</param>
/// <param name="DownRanks">Rank parts of x A.</param>
/// <param name="UpTokens">Token parts of (x A) B.</param>
/// <param name="UpOutputs">Output parts of (x A) B.</param>
public readonly record struct LoraSplit(int DownTokens, int DownRanks, int UpTokens, int UpOutputs);

/// <summary>
/// Cycles of the kernels of firmware/kernels/lora, counted by hand from their register blocks (blocks.h) for a core that issues
/// an instruction per cycle and takes a branch in three, as CV32E40P does: on another core they are a lower bound. Conflicts at the
/// banks are the <see cref="BankModel"/>'s. Shares are counted by their largest.
/// </summary>
/// <param name="shape">The layer.</param>
internal sealed class LoraCost(LayerShape shape)
{
    private const int Panel = (int)LoraLayout.Panel, Call = 40, TakenBranch = 3, AddPanels = 4;

    // What a step of firmware/layer does around a kernel.
    private static readonly KernelCost Around = new(85, 0);

    /// <summary>x A of a share.</summary>
    public KernelCost Down(int tokens, int ranks) =>
        Blocks(tokens, [1, 2, 3, 4], block => Chain(block, shape.Inputs, Panels(ranks), steps: 16, finish: 2 * Panel * block));

    /// <summary>(x A) B of a share, stored or added to the tile's output.</summary>
    public KernelCost Up(int tokens, int outputs, bool isAdded)
    {
        var results = isAdded ? 3 : 1; // load, add, store; or store
        return shape.Rank is not (4 or 8)
            ? Blocks(tokens, [1, 2, 4], block => Chain(block, shape.Rank, Panels(outputs), steps: 8, finish: results * Panel * block))
            : HeldBlocks(tokens).Aggregate(default(KernelCost), (sum, block) => sum + Held(block, Panel * Panels(outputs), results));
    }

    /// <summary>The addition by itself, of one term.</summary>
    public static KernelCost Add(int tokens, int outputs)
    {
        var panels = Panels(outputs);
        var loops = panels / AddPanels + panels % AddPanels;
        return new KernelCost(Call + (long)tokens * (12 + panels * 4 * Panel + loops * (2 + TakenBranch)), 3L * tokens * panels * Panel);
    }

    /// <summary>The shares, of the same number of harts, that are done first.</summary>
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

    /// <summary>The largest share of x A; all of these with the step of firmware/layer around it.</summary>
    public KernelCost Down(int tokens, LoraSplit split) => Around + Down(Part(tokens, split.DownTokens), Panel * Part(Panels(shape.Rank), split.DownRanks));

    /// <summary>The first hart's share of x A, the smallest.</summary>
    public KernelCost FirstDown(int tokens, LoraSplit split) => Around + Down(tokens / split.DownTokens, Panel * (Panels(shape.Rank) / split.DownRanks));

    /// <summary>The largest share of (x A) B.</summary>
    public KernelCost Up(int tokens, LoraSplit split, bool isAdded) => Around + Up(Part(tokens, split.UpTokens), ShareOfOutputs(split), isAdded);

    /// <summary>The largest share of an addition.</summary>
    public KernelCost Add(int tokens, LoraSplit split) => Around + Add(Part(tokens, split.UpTokens), ShareOfOutputs(split));

    private int ShareOfOutputs(LoraSplit split) => Panel * Part(Panels(shape.Outputs), split.UpOutputs);

    private static int Panels(int columns) => Part(columns, Panel);

    private static int Part(int count, int parts) => (count + parts - 1) / parts;

    // Tables of lora.c: blocks of six tokens, then what is left in blocks of these sizes.
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

    // Of a panel: accumulators set, a load for each token and column and a multiply-add for each pair, pointers at each branch.
    private static KernelCost Chain(int tokens, int depth, int panels, int steps, int finish)
    {
        var branches = depth / steps + depth % steps;
        var saved = tokens >= 4 ? 40 : 0; // registers that the function has to keep for its caller
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
