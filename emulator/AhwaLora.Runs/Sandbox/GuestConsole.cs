namespace AhwaLora.Runs.Sandbox;

/// <summary>The streams of a guest's handles 0, 1 and 2.</summary>
public sealed record GuestConsole(Stream Input, Stream Output, Stream Error);
