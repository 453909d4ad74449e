using System.CommandLine;

namespace AhwaLora.Cli.Commands;

/// <summary><c>engine</c>: the matrix engine RedMulE beside one hart, on files.</summary>
internal static class EngineCommand
{
    public static Command Create() => new("engine", "The matrix engine RedMulE beside one hart: cycles of many jobs, its values against the hardware's, one job from files.")
    {
        EngineCyclesCommand.Create(),
        EngineCheckCommand.Create(),
        EngineGemmCommand.Create(),
    };
}
