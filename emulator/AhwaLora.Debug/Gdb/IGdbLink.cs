namespace AhwaLora.Debug.Gdb;

/// <summary>What the stub needs of the connection to its client.</summary>
internal interface IGdbLink
{
    /// <summary>Sends a packet's data while the machine runs, as console output.</summary>
    void Send(string data);

    /// <summary>True once the user has interrupted, or has gone.</summary>
    bool IsInterrupted();
}
