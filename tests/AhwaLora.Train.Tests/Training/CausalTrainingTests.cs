using AhwaLora.Train.Analog;
using AhwaLora.Train.Model;
using AhwaLora.Train.Training;
using static TorchSharp.torch;

namespace AhwaLora.Train.Tests.Training;

public class CausalTrainingTests : InDirectory
{
    private static readonly AnalogRecipe _analog = TileKind.Study.Recipe;

    [Fact]
    public void ATokenDoesNotSeeThoseBehindIt()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Causal(tokenizer);
        var linears = new DigitalLinears(model.Weights);
        float[] FirstScores(params long[] ids) => model.Decoder.Forward(tensor(ids, 1, ids.Length), model.Weights, linears).slice(1, 0, 2, 1).reshape(-1).data<float>().ToArray();

        var (one, other) = (FirstScores(2, 70, 71, 72), FirstScores(2, 70, 80, 81));
        for (var i = 0; i < one.Length; i++) Assert.Equal(one[i], other[i], 1e-5f);
    }

    [Fact]
    public void PositionsMatterByTheirDistanceAlone()
    {
        // Rotary positions: the same tokens after a token that nothing attends to would need a mask; here the order is what counts.
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Causal(tokenizer);
        var linears = new DigitalLinears(model.Weights);
        float[] Last(params long[] ids) => model.Decoder.Forward(tensor(ids, 1, ids.Length), model.Weights, linears).select(1, ids.Length - 1).reshape(-1).data<float>().ToArray();

        Assert.NotEqual(Last(2, 70, 71, 72), Last(2, 71, 70, 72));
    }

    [Fact]
    public void InstructionsAreLearnedAndTheModelIsReadBackAsWritten()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Causal(tokenizer);
        var losses = new List<double>();
        using (var training = CausalTraining.OfBase(model, Tiny.Dialogues(tokenizer, 300), new Recipe(80, 16, 5e-3), 1))
        {
            training.Run((_, loss) =>
            {
                losses.Add(loss);
                return true;
            });
        }

        Assert.True(losses[^10..].Average() < 0.7 * losses[..10].Average(), $"loss went from {losses[..10].Average():F2} to {losses[^10..].Average():F2}");
        model.Weights.RoundToHalf();
        model.Write(PathOf("causal"));
        using var read = CausalModel.Read(PathOf("causal"));
        Assert.Equal(model.Weights.AllValues(), read.Weights.AllValues());
    }

    [Fact]
    public void ResponsesEndWithASeparatorOrAtTheirLongestAndKeepTheirPrompts()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Causal(tokenizer);
        var prompts = Tiny.Dialogues(tokenizer, 6);
        var answers = model.Respond(prompts, new DigitalLinears(model.Weights), new Generator(1));
        foreach (var (prompt, answer) in prompts.Zip(answers))
        {
            Assert.Equal(prompt.Prompt.ToArray(), answer.Prompt.ToArray());
            Assert.True(answer.Response[^1] == tokenizer.Separator || answer.Response.Length == CausalModel.LongestResponse);
        }

        Assert.Equal(answers.Select(a => a.Ids), model.Respond(prompts, new DigitalLinears(model.Weights), new Generator(1)).Select(a => a.Ids));
    }

    [Fact]
    public void ProbabilitiesOfDrawnTokensAreThoseOfTheModel()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Causal(tokenizer);
        var dialogue = Tiny.Dialogues(tokenizer, 1)[0];
        var linears = new DigitalLinears(model.Weights);
        var (chosen, mask) = model.ResponseLogProbabilities([dialogue], linears);
        Assert.Equal(dialogue.Response.Length, mask.sum().item<float>());

        var first = nn.functional.log_softmax(model.Decoder.Forward(tensor(dialogue.Prompt.ToArray().Select(i => (long)i).ToArray(), 1, dialogue.PromptLength), model.Weights, linears).select(1, dialogue.PromptLength - 1), -1);
        Assert.Equal(first[0, dialogue.Response[0]].item<float>(), chosen[0, dialogue.PromptLength - 1].item<float>(), 1e-5f);
    }

    [Fact]
    public void AdvantagesAreTheDistanceFromTheGroupsMean()
    {
        float[] rewards = [1, 0, 0, 0, 0, 0, 0, 0, .5f, .5f, .5f, .5f, .5f, .5f, .5f, .5f];
        var advantages = CausalTraining.Advantages(rewards);
        Assert.Equal(MathF.Sqrt(7), advantages[0], 0.01f);
        Assert.Equal(0, advantages[..8].Sum(), 1e-3f);
        Assert.All(advantages[8..], a => Assert.Equal(0, a)); // a group that agrees teaches nothing
    }

    [Fact]
    public void RewardIsOneForTheExpectedResponseAndLittleForPartsOfIt()
    {
        Dialogue Answer(params int[] response) => new([2, 9, 3, .. response], 3);
        var asked = Answer(20, 21, 3);
        Assert.Equal(1, CausalTraining.Reward(asked, Answer(20, 21, 3)));
        Assert.Equal(0.1f * 2 / 3, CausalTraining.Reward(asked, Answer(20, 22, 3)), 1e-6f);
        Assert.Equal(0, CausalTraining.Reward(asked, Answer(30, 31)));
    }

    [Fact]
    public void LearningByRewardRaisesTheReward()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Causal(tokenizer);
        // A task within reach of a tiny model: the answer is always the same token.
        Dialogue[] tasks = [.. Tiny.Dialogues(tokenizer, 40).Select(d => new Dialogue([.. d.Prompt, tokenizer.Tokens("7")[0], tokenizer.Separator], d.PromptLength))];
        using (var training = CausalTraining.OfBase(model, [.. Tiny.Dialogues(tokenizer, 300), .. tasks], new Recipe(60, 16, 5e-3), 1)) training.Run();
        using var adapter = Adapter.Create(model.Decoder.Inventory, 4, model.Weights, 1);
        var rewards = new List<double>();
        using (var training = CausalTraining.OfReward(model, tasks, adapter, _analog, new Recipe(40, 4, 5e-3), 1))
        {
            training.Run((_, _) =>
            {
                rewards.Add(training.LastReward);
                return true;
            });
        }

        Assert.True(rewards[^8..].Average() > rewards[..8].Average() + 0.1, $"reward went from {rewards[..8].Average():F2} to {rewards[^8..].Average():F2}");
    }
}
