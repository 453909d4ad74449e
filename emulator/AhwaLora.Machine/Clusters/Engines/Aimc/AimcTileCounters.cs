namespace AhwaLora.Machine.Clusters.Engines.Aimc;

/// <summary>What a tile has counted since the machine's reset, in the order of its registers.</summary>
/// <param name="BusyCycles">Cycles in which a job, programming or calibration ran.</param>
/// <param name="Mvms">Vectors multiplied; each counts once, whatever its passes.</param>
/// <param name="BoundPasses">Additional passes by bound management.</param>
/// <param name="DacClips">Inputs beyond the DAC's bound, over all passes.</param>
/// <param name="AdcSaturations">Outputs beyond the ADC's bound, over all passes.</param>
/// <param name="EnergyFemtojoules">Energy of passes and programming, in fJ.</param>
public readonly record struct AimcTileCounters(
    ulong BusyCycles, ulong Mvms, ulong BoundPasses, ulong DacClips, ulong AdcSaturations, ulong EnergyFemtojoules)
{
    /// <summary>The sum of two tiles' counters.</summary>
    public static AimcTileCounters operator +(AimcTileCounters a, AimcTileCounters b) => new(
        a.BusyCycles + b.BusyCycles, a.Mvms + b.Mvms, a.BoundPasses + b.BoundPasses, a.DacClips + b.DacClips, a.AdcSaturations + b.AdcSaturations, a.EnergyFemtojoules + b.EnergyFemtojoules);
}
