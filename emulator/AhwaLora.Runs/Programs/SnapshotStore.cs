using AhwaLora.Common.Files;
using AhwaLora.Machine;
using AhwaLora.Machine.Snapshots;
using AhwaLora.Runs.Loader;

namespace AhwaLora.Runs.Programs;

/// <summary>Snapshots on disk.</summary>
public static class SnapshotStore
{
    /// <summary>Saves the state of a machine that runs <paramref name="image"/>.</summary>
    /// <exception cref="UserErrorException">The file cannot be written.</exception>
    public static void Save(EmulatedMachine machine, ElfImage image, string path) =>
        AtomicFile.Write(path, stream => SnapshotFile.Save(machine, image.Identity.Span, stream));

    /// <summary>Brings a machine that has loaded <paramref name="image"/> to a saved state.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, is damaged, or belongs to another run.</exception>
    public static void Restore(EmulatedMachine machine, ElfImage image, string path)
    {
        try
        {
            using var file = InputFile.Open(path, "no such snapshot");
            SnapshotFile.Restore(machine, image.Identity.Span, file);
        }
        catch (SnapshotException e)
        {
            throw new UserErrorException($"{path}: {e.Message}", e);
        }
    }
}
