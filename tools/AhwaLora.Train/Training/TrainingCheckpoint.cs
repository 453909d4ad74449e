using System.Security.Cryptography;
using AhwaLora.Common.Files;

namespace AhwaLora.Train.Training;

/// <summary>
/// The file from which an interrupted training resumes. It belongs to one training: to its seed, task, recipe, data and code. The
/// file begins with them, so that a training with other settings is refused by name and never continues from it.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="settings">All that the training's result depends on.</param>
public sealed class TrainingCheckpoint(string path, TrainingSettings settings)
{
    private const string Magic = "ahwalora-train checkpoint 2";
    private const long MostBytes = 8L << 30;

    /// <summary>Writes the state of a training.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public void Save(Trainer trainer) => AtomicFile.Write(path, stream =>
    {
        using var state = new MemoryStream();
        trainer.Save(state);
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(settings.All.Count);
        foreach (var (name, value) in settings.All)
        {
            writer.Write(name);
            writer.Write(value);
        }

        var bytes = state.GetBuffer().AsSpan(0, (int)state.Length);
        writer.Write(SHA256.HashData(bytes));
        writer.Write(bytes);
    });

    /// <summary>Continues from the file; false if it does not exist.</summary>
    /// <exception cref="UserErrorException">The file is of a training with other settings, which the message names, or damaged.</exception>
    public bool TryLoad(Trainer trainer)
    {
        if (!File.Exists(path)) return false;
        using var file = InputFile.Open(path);
        if (file.Length > MostBytes) throw Refused("is not a checkpoint;");
        try
        {
            using var reader = new BinaryReader(file);
            if (reader.ReadString() != Magic) throw Refused("is not a checkpoint of this version;");
            var found = new TrainingSettings([.. Enumerable.Range(0, Math.Clamp(reader.ReadInt32(), 0, byte.MaxValue)).Select(_ => (reader.ReadString(), reader.ReadString()))]);
            var differences = settings.DifferencesFrom(found);
            if (differences.Count != 0) throw Refused($"belongs to a training with {string.Join("; ", differences)}; train with the same settings, or");
            var sum = reader.ReadBytes(SHA256.HashSizeInBytes);
            var state = reader.ReadBytes((int)Math.Min(Array.MaxLength, file.Length - file.Position));
            if (!SHA256.HashData(state).SequenceEqual(sum)) throw Refused("is damaged;");
            using var stream = new MemoryStream(state);
            trainer.Load(stream);
            return true;
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            throw Refused("is not a checkpoint;", e);
        }
    }

    /// <summary>Deletes the file, after the training's end.</summary>
    public void Delete() => File.Delete(path);

    private UserErrorException Refused(string why, Exception? inner = null) => new($"{path}: {why} delete the file to start from the first step", inner);
}
