using AhwaLora.Analog.Crossbar;
using AhwaLora.Analog.Memristors;
using AhwaLora.Models.Checkpoints;
using AhwaLora.Models.Encoder;
using AhwaLora.Train.Analog;
using AhwaLora.Train.Model;
using AhwaLora.Train.Training;
using static TorchSharp.torch;

namespace AhwaLora.Train.Tests.Model;

public class EncoderTests : InDirectory
{
    [Fact]
    public void ItComputesWhatTheEmulatorsEncoderDoes()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Base(tokenizer);
        var example = Tiny.Reading(tokenizer).Data.Dev[0];
        var task = TrainingTask.Of("sst2");
        foreach (var head in model.Heads.Values) head.RoundToHalf(); // a head keeps float32 beside the one that goes with the encoder
        model.Write(PathOf("base"));
        using var read = BaseModel.Read(PathOf("base"));

        using var checkpoint = Checkpoint.Open(PathOf("base"));
        var emulated = new BertEncoder(checkpoint, (layer, weights, bias) => new DigitalLinear(layer, weights, bias)).Forward([new TokenSequence(example.Ids, example.Types)])[0];
        var trained = new Train.Model.Encoder(task.ConfigOf(read.Config))
            .Forward(TokenBatches.Of([example], tokenizer.Filling), read.Encoder, new DigitalHead(new DigitalLinears(read.Encoder), read.Heads["sst2"])).data<float>().ToArray();

        Assert.Equal(emulated.Length, trained.Length);
        for (var i = 0; i < trained.Length; i++) Assert.Equal(emulated[i], trained[i], 1e-4f);
    }

    [Fact]
    public void FillingDoesNotChangeAnExample()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Base(tokenizer);
        var examples = Tiny.Reading(tokenizer).Data.Dev.DistinctBy(e => e.Ids.Length).Take(2).ToArray();
        Assert.Equal(2, examples.Length);
        var encoder = new Train.Model.Encoder(TrainingTask.Of("sst2").ConfigOf(model.Config));
        var linears = new DigitalHead(new DigitalLinears(model.Encoder), model.Heads["sst2"]);
        float[] Outputs(params Train.Data.Features[] batch) => encoder.Forward(TokenBatches.Of(batch, tokenizer.Filling), model.Encoder, linears).data<float>().ToArray();

        var together = Outputs(examples);
        var alone = examples.SelectMany(e => Outputs(e)).ToArray();
        for (var i = 0; i < alone.Length; i++) Assert.Equal(alone[i], together[i], 1e-5f);
    }

    [Fact]
    public void PlantedOutliersChangeTheInputsOfTilesButNotTheModel()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Base(tokenizer);
        var task = Tiny.Reading(tokenizer);
        var batch = TokenBatches.Of([.. task.Data.Dev], tokenizer.Filling);
        float[] Outputs(TrainingTask of)
        {
            var linears = new DigitalHead(new DigitalLinears(model.Encoder), model.Heads[of.Name]);
            return new Train.Model.Encoder(of.ConfigOf(model.Config)).Forward(batch, model.Encoder, linears).data<float>().ToArray();
        }

        var before = TrainingTask.All.Select(Outputs).ToArray();
        Outliers.Plant(model, 80);
        foreach (var (index, of) in TrainingTask.All.Index())
        {
            var after = Outputs(of);
            for (var i = 0; i < after.Length; i++) Assert.Equal(before[index][i], after[i], 2e-3f);
        }

        Assert.Equal(80, model.Encoder["bert.embeddings.LayerNorm.bias"].abs().max().item<float>());
    }

    [Fact]
    public void OnTilesTheSameSeedGivesTheSameAndAgeChangesIt()
    {
        var tokenizer = Tiny.Tokenizer();
        using var model = Tiny.Base(tokenizer);
        var task = Tiny.Reading(tokenizer);
        var encoder = new Train.Model.Encoder(task.Task.ConfigOf(model.Config));
        var batch = TokenBatches.Of([.. task.Data.Dev.Take(4)], tokenizer.Filling);
        float[] Outputs(double age)
        {
            var tiles = new TileLinears(encoder.Inventory, model.Encoder, Preset.AhwaLora, DeviceModel.Pcm, 3);
            tiles.Age(age);
            return encoder.Forward(batch, model.Encoder, new DigitalHead(tiles, model.Heads["squad"])).data<float>().ToArray();
        }

        Assert.Equal(Outputs(0), Outputs(0));
        Assert.NotEqual(Outputs(0), Outputs(3600));
    }
}
