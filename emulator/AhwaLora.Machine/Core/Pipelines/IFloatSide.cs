namespace AhwaLora.Machine.Core.Pipelines;

/// <summary>Executes the instructions of an FP side that runs by itself, when it issues them.</summary>
internal interface IFloatSide : IStreamMemory
{
    /// <summary>Executes an instruction. Returns its result in an f register, and the flags that it raises.</summary>
    (ulong Result, uint Flags) Execute(in Offload offload, (ulong First, ulong Second, ulong Third) elements, bool areStreamsOn);

    /// <summary>Writes an f register with a result that also goes to a stream.</summary>
    void WriteFloat(int register, ulong value);

    /// <summary>Shows flags in fflags.</summary>
    void Raise(uint flags);

    /// <summary>The instruction with registers that a stagger has moved.</summary>
    Offload Stagger(in Offload offload, int distance, int mask);

    /// <summary>Writes an x register with a configuration register's value.</summary>
    void Write(int register, uint value);
}

/// <summary>Decides in which cycles a port to the TCDM is free.</summary>
internal interface IPortRefusal
{
    /// <summary>True if port 0 (lane 0 and the core), 1 or 2 is refused in a cycle.</summary>
    bool Refuses(ulong time, int port);
}
