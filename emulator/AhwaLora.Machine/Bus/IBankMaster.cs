namespace AhwaLora.Machine.Bus;

/// <summary>
/// A master other than a hart that competes for the banks of a memory in exact contention. In each cycle t that is
/// not before <see cref="NextRequest"/> the arbiter calls <see cref="Requests"/> once, then <see cref="Granted"/> for
/// each request that won its bank. A request that lost is made again in t + 1; a port that won makes its next request in t + 1.
/// </summary>
public interface IBankMaster
{
    /// <summary>Words the master can ask for in one cycle; the length of the span that <see cref="Requests"/> fills.</summary>
    int Ports { get; }

    /// <summary>The cycle from which it asks for banks; <see cref="ulong.MaxValue"/> while it asks for none.</summary>
    ulong NextRequest { get; }

    /// <summary>Writes the word-aligned addresses asked for in this cycle and returns how many they are.</summary>
    int Requests(Span<uint> addresses);

    /// <summary>Request number <paramref name="index"/> of the last <see cref="Requests"/> has its bank in cycle <paramref name="time"/>.</summary>
    void Granted(ulong time, int index);
}
