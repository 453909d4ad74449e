namespace AhwaLora.Machine.Clusters.Engines.Aimc;

/// <summary>A job of a tile, for reports.</summary>
/// <param name="Number">Its number since the last clear, from 1.</param>
/// <param name="Tag">The value of TAG at its trigger.</param>
/// <param name="Hart">The hart that triggered it.</param>
/// <param name="HasStarted">True if the tile has begun to read its first vector.</param>
public readonly record struct AimcJob(uint Number, uint Tag, int Hart, bool HasStarted);
