namespace AhwaLora.Debug.Gdb;

/// <summary>The client, as far as the stub needs it.</summary>
internal interface IGdbLink
{
    /// <summary>Sends a packet's data while the machine runs, as console output.</summary>
    void Send(string data);

    /// <summary>True once the user has interrupted, or has gone.</summary>
    bool IsInterrupted();
}
