return AhwaLora.Train.CommandLine.Invoke(args);
