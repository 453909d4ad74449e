using AhwaLora.Cli;

return CommandLine.Invoke(args);
