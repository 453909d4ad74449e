using System.Globalization;

namespace AhwaLora.Experiments.Contract;

/// <summary>Exit codes of the firmware.</summary>
[Constants("AHWA_EXIT_")]
[Meaning("What a run of the firmware ends with.")]
internal enum FirmwareExit
{
    [Meaning("success")]
    Ok = 0,

    [Meaning("`layer` was not filled in, or for another version")]
    LayerMagic = 16,

    [Meaning("a size is 0, an address or flag is bad, or there are more tokens in a chunk than in all")]
    LayerShape = 17,

    [Meaning("the buffers do not fit TCDM; argument: bytes they would take")]
    LayerTcdm = 18,

    [Meaning("the layer does not fit its tiles; argument: SIZE, or the splits or copies asked for")]
    LayerMapping = 19,

    [Meaning("the tile refused a job; cause and argument: its ERROR_ registers")]
    LayerTile = 20,

    [Meaning("the DMA refused a transfer; cause and argument: its ERROR_ registers")]
    LayerDma = 21,

    [Meaning("plus mcause: an exception that nobody handles")]
    Trap = 64,

    [Meaning("plus mcause: an interrupt that nobody handles")]
    Interrupt = 96,
}

/// <summary>Descriptions of exit codes.</summary>
internal static class FirmwareExits
{
    // The number of mcause values that the firmware passes on.
    private const int Causes = 32;

    /// <summary>The name of an exit code and its meaning; null if the firmware has no such code.</summary>
    public static string? Describe(int code)
    {
        foreach (var constant in ConstantGroup.Of(typeof(FirmwareExit)).Constants)
        {
            var cause = code - constant.Value;
            if ((FirmwareExit)constant.Value is FirmwareExit.Trap or FirmwareExit.Interrupt)
            {
                if (cause is >= 0 and < Causes) return string.Create(CultureInfo.InvariantCulture, $"{constant.Name} + {cause}, {constant.Meaning}");
            }
            else if (cause == 0)
            {
                return $"{constant.Name}, {constant.Meaning}";
            }
        }

        return null;
    }
}
