using AhwaLora.Common.Files;
using AhwaLora.Common.Settings;
using AhwaLora.Machine.Core.Pipelines;
using AhwaLora.Runs.Settings;

namespace AhwaLora.Runs.Programs;

/// <summary>Timing profiles by name or file.</summary>
public static class TimingFile
{
    /// <summary>The profile of that name, or the one in a JSON file.</summary>
    /// <exception cref="UserErrorException">There is no such profile or file, or the file is malformed.</exception>
    public static TimingProfile Load(string nameOrPath)
    {
        if (TimingProfile.All.FirstOrDefault(p => p.Name == nameOrPath) is { } profile) return profile;
        if (!File.Exists(nameOrPath)) throw new SettingException(SettingFault.Of(RunSettings.Timing, nameOrPath, $"no such profile or file; expected {string.Join(", ", TimingProfile.All.Select(p => p.Name))}, or a JSON file"));
        try
        {
            return TimingProfile.Parse(InputFile.Text(nameOrPath));
        }
        catch (TimingProfileException e)
        {
            throw new UserErrorException($"{nameOrPath}: {e.Message}", e);
        }
    }
}
