namespace AhwaLora.Machine.Platform;

/// <summary>How accesses to banked memory are ordered.</summary>
public enum Contention
{
    /// <summary>No bank conflicts; harts run ahead to their next interaction.</summary>
    None,

    /// <summary>Each access waits for its bank's grant, cycle by cycle.</summary>
    Exact,
}
