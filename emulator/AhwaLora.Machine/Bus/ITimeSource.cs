namespace AhwaLora.Machine.Bus;

/// <summary>The source of the time CSR (the CLINT's mtime).</summary>
public interface ITimeSource
{
    /// <summary>mtime at <paramref name="cycle"/>.</summary>
    ulong TimeAt(ulong cycle);
}
