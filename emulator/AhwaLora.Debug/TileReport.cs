using System.Globalization;
using AhwaLora.Machine.Clusters.Engines.Aimc;
using static AhwaLora.Machine.Clusters.Engines.Aimc.AimcTileRegisters;

namespace AhwaLora.Debug;

/// <summary>A tile as <c>monitor aimc</c> shows it.</summary>
internal static class TileReport
{
    /// <summary>State and counters up to cycle <paramref name="time"/>, in lines.</summary>
    public static string Of(AimcTile tile, ulong time)
    {
        var counters = tile.CountersAt(time);
        var status = Register(tile, Status);
        var state = (status & 2) != 0 ? "programming" : (status & 4) != 0 ? "calibrating" : (status & 1) != 0 ? "busy" : "idle";
        return string.Create(CultureInfo.InvariantCulture, $"""
            tile {tile.Options.Number}: {state}, {status >> 4 & 15} jobs pending, {Register(tile, Finished)} finished, {status >> 8 & 15} contexts free
              size       {tile.Crossbar.State.Rows} x {tile.Crossbar.State.Columns}, integration {Register(tile, TIntNs)} ns
              running    job {Register(tile, RunningJob)}, tag 0x{Register(tile, RunningTag):x}
              counters   {counters.BusyCycles} busy cycles, {counters.Mvms} MVMs, {counters.AdcSaturations} ADC saturations, {counters.DacClips} DAC clips
              error      cause {Register(tile, ErrorCause)}, argument 0x{Register(tile, ErrorArgument):x}

            """);
    }

    /// <summary>A register, as a read without side effects shows it.</summary>
    public static uint Register(AimcTile tile, uint offset) => tile.Peek(offset, 4, 0, out var value) ? value : 0;

    /// <summary>A 64-bit counter.</summary>
    public static ulong Counter(AimcTile tile, uint offset) => Register(tile, offset) | (ulong)Register(tile, offset + 4) << 32;
}
