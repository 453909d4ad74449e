using AhwaLora.Emu.Cli;

return CommandLine.Invoke(args);
