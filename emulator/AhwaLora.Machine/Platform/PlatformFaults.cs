namespace AhwaLora.Machine.Platform;

/// <summary>Collects what is wrong with a platform, so that its author is told of everything at once.</summary>
public sealed class PlatformFaults
{
    private readonly List<string> _faults = [];

    /// <summary>The faults, in the order in which they were found.</summary>
    public IReadOnlyList<string> All => _faults;

    /// <summary>Adds a fault; one that is known already is not added again.</summary>
    public void Add(string fault)
    {
        if (!_faults.Contains(fault)) _faults.Add(fault);
    }

    /// <summary>Adds a fault unless <paramref name="condition"/> is met.</summary>
    /// <returns>The condition.</returns>
    public bool Require(bool condition, string fault)
    {
        if (!condition) Add(fault);
        return condition;
    }

    /// <summary>Throws if there are faults.</summary>
    /// <exception cref="PlatformException">There are.</exception>
    public void ThrowIfAny()
    {
        if (_faults.Count != 0) throw new PlatformException(_faults);
    }
}

/// <summary>A platform cannot be built; the message is one line.</summary>
public sealed class PlatformException : Exception
{
    /// <summary>An error with its line.</summary>
    public PlatformException(string message, Exception? inner = null)
        : base(message, inner) => Faults = [message];

    /// <summary>An error with all faults.</summary>
    public PlatformException(IReadOnlyList<string> faults)
        : base(string.Join("; ", faults)) => Faults = [.. faults];

    /// <summary>The faults, each in one line.</summary>
    public IReadOnlyList<string> Faults { get; }
}
