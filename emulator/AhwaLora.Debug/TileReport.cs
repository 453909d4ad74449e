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
        var jobs = tile.PendingJobs.ToLookup(job => job.HasStarted, job => Name(job.Number, job.Tag));
        return string.Create(CultureInfo.InvariantCulture, $"""
            tile {tile.Options.Number}: {state}, {Register(tile, Finished)} jobs finished, {status >> 4 & 15} pending, {status >> 8 & 15} contexts free
              size       {tile.Crossbar.State.Rows} x {tile.Crossbar.State.Columns}, integration {Register(tile, TIntNs)} ns
              finished   {(tile.LastFinished is { } last ? Name(last.Number, last.Tag) : "none")}
              running    {List(jobs[true])}
              queued     {List(jobs[false])}
              counters   {counters.BusyCycles} busy cycles, {counters.Mvms} MVMs, {counters.AdcSaturations} ADC saturations, {counters.DacClips} DAC clips
              error      cause {Register(tile, ErrorCause)}, argument 0x{Register(tile, ErrorArgument):x}

            """);
    }

    /// <summary>A job as stops and reports name it.</summary>
    public static string Name(uint number, uint tag) => string.Create(CultureInfo.InvariantCulture, $"job {number}, tag 0x{tag:x}");

    /// <summary>A register, as a read without side effects shows it.</summary>
    public static uint Register(AimcTile tile, uint offset) => tile.Peek(offset, 4, 0, out var value) ? value : 0;

    /// <summary>A 64-bit counter.</summary>
    public static ulong Counter(AimcTile tile, uint offset) => Register(tile, offset) | (ulong)Register(tile, offset + 4) << 32;

    private static string List(IEnumerable<string> jobs) => string.Join("; ", jobs.DefaultIfEmpty("none"));
}
