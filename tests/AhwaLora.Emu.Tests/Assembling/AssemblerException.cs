namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>Assembly text that cannot be assembled; the message names the line, once it is known, and the reason.</summary>
internal sealed class AssemblerException : Exception
{
    /// <summary>A fault in a line that the caller names.</summary>
    public AssemblerException(string reason)
        : base(reason)
    {
    }

    /// <summary>A fault in a line, from 1.</summary>
    public AssemblerException(int line, string reason)
        : base($"line {line}: {reason}")
    {
    }

    /// <summary>Does something for a line and names the line in what it throws.</summary>
    public static T At<T>(int line, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (AssemblerException e) when (!e.Message.StartsWith("line ", StringComparison.Ordinal))
        {
            throw new AssemblerException(line, e.Message);
        }
    }
}
