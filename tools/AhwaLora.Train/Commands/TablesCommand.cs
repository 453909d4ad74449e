using System.CommandLine;

namespace AhwaLora.Train.Commands;

internal static class TablesCommand
{
    public static Command Create() => new("tables", "x");
}
