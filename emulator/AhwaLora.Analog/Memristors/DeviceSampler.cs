using System.Runtime.Intrinsics;
using AhwaLora.Analog.Numerics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace AhwaLora.Analog.Memristors;

/// <summary>Many devices with the same target conductance, for statistics, with the draws and arithmetic of a tile.</summary>
public static class DeviceSampler
{
    /// <summary>
    /// Fills three spans of equal length with conductances in microsiemens: as programmed, drifted to
    /// <paramref name="ageSeconds"/>, and read at that age. Device i is the g+ of row 0, column i of tile 0.
    /// </summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Sample(
        DeviceModel model, float targetMicroSiemens, double ageSeconds, ulong seed,
        Span<float> programmed, Span<float> drifted, Span<float> read)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (drifted.Length != programmed.Length || read.Length != programmed.Length)
            throw new ArgumentException($"spans of {programmed.Length}, {drifted.Length} and {read.Length} values; expected equal lengths");
        Draws programming = new(seed, Tile: 0, Event: 0), reading = new(seed, Tile: 0, Event: 1);
        Lanes target = Vector256.Create(targetMicroSiemens), age = Vector256.Create((float)ageSeconds);
        Lanes driftTime = model.DriftTime(age), growth = model.ReadNoiseGrowth(age);
        for (int i = 0; i < programmed.Length; i += LaneMath.Width)
        {
            PhiloxWords<Vector256<uint>> words = programming.Cells(0, i), readWords = reading.Cells(0, i);
            (Lanes gP, Lanes nu) = model.Program(target, LaneMath.Normals(words.W0, words.W1).First, LaneMath.Normals(words.W2, words.W3).First);
            Lanes gD = DeviceModel.Drift(gP, nu, driftTime);
            LaneMath.Store(gP, programmed, i);
            LaneMath.Store(gD, drifted, i);
            LaneMath.Store(model.Read(gP, gD, growth, LaneMath.Normals(readWords.W0, readWords.W1).First), read, i);
        }
    }
}
