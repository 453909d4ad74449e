using AhwaLora.Train.Model;
using AhwaLora.Train.Training;
using static TorchSharp.torch;

namespace AhwaLora.Train.Tests.Model;

public class AdapterTests : InDirectory
{
    [Fact]
    public void ANewAdapterAddsNothing()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Base(tokenizer);
        var encoder = new Train.Model.Encoder(TrainingTask.Of("rte").ConfigOf(model.Config));
        using var adapter = Adapter.Create(encoder.Inventory, 4, model.Heads["rte"], 1);
        var batch = TokenBatches.Of([.. Tiny.Reading(tokenizer).Data.Dev], tokenizer.Filling);
        var digital = new DigitalLinears(model.Encoder);

        Assert.Equal(
            encoder.Forward(batch, model.Encoder, new DigitalHead(digital, model.Heads["rte"])).data<float>().ToArray(),
            encoder.Forward(batch, model.Encoder, new AdaptedLinears(digital, adapter)).data<float>().ToArray());
    }

    [Theory]
    [InlineData("squad")]
    [InlineData("sst2")]
    public void WrittenAsPeftDoesAndReadAgainItIsTheSameAdapter(string name)
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Base(tokenizer);
        var task = TrainingTask.Of(name);
        using var adapter = Adapter.Create(new Train.Model.Encoder(task.ConfigOf(model.Config)).Inventory, 4, model.Heads[name], 1);
        adapter.Weights.RoundToHalf();
        adapter.Write(PathOf("adapter"), "../base", task.PeftType);

        using var read = Adapter.Read(PathOf("adapter"), model.Config);
        Assert.Equal(adapter.Weights.Names, read.Weights.Names);
        Assert.Equal(adapter.Weights.AllValues(), read.Weights.AllValues());
        Assert.Equal(4, read.Rank);
    }

    [Fact]
    public void AtRankFourAnAdapterOfTheEncoderIsAtMostSevenPercentOfAllParameters()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = BaseModel.Create(Shapes.Encoder(tokenizer.Size), TrainingTask.All, tokenizer, 1);
        foreach (var task in TrainingTask.All)
        {
            using var adapter = Adapter.Create(new Train.Model.Encoder(task.ConfigOf(model.Config)).Inventory, 4, model.Heads[task.Name], 1);
            Assert.InRange((double)adapter.Weights.Parameters / (model.Encoder.Parameters + adapter.Weights.Parameters), 0, 0.07);
        }
    }
}
