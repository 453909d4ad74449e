namespace AhwaLora.Emu.Tests.Harness;

/// <summary>Traits of test classes, by which <c>make test</c> and <c>make test-fast</c> choose.</summary>
internal static class Traits
{
    /// <summary>Which engines run the tests of a class that has machines run programs.</summary>
    public const string Engine = "Engine";

    /// <summary>They run on <see cref="TestMachine.Engine"/>: <c>make test</c> runs them again on the interpreter.</summary>
    public const string Any = "any";

    /// <summary>They choose their engines themselves, or say nothing about engines: once is enough.</summary>
    public const string Own = "own";

    /// <summary>How long the tests of a class take.</summary>
    public const string Speed = "Speed";

    /// <summary>Seconds, or they start other programs: <c>make test-fast</c> leaves them out.</summary>
    public const string Slow = "slow";
}
