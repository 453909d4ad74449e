namespace AhwaLora.Machine.Bus;

/// <summary>
/// A master, other than a hart's loads and stores, that competes for the banks of a memory in exact contention. In each
/// cycle t that is not before <see cref="NextRequest"/> the arbiter calls <see cref="Requests"/> once, then
/// <see cref="Granted"/> for each request that is granted in t. A request that lost is made again in t + 1; a port that
/// won makes its next request in t + 1.
/// </summary>
public interface IBankMaster
{
    /// <summary>Requests that the master can make in one cycle; the length of the span that <see cref="Requests"/> fills.</summary>
    int Ports { get; }

    /// <summary>
    /// Bytes of each access. An access that needs several banks gets all of them in one cycle, or none. Words that a master
    /// asks for in one cycle and that lie in one bank side by side are one access of that bank. A master of more than a
    /// word has one port.
    /// </summary>
    int AccessBytes => 4;

    /// <summary>The order between an access that takes several banks and the other requests for them.</summary>
    WidePriority Priority => WidePriority.Rotate;

    /// <summary>The mhartid of the hart whose ports these are: the arbiter numbers them right after the hart's own. Null for the ports of a device.</summary>
    int? Hart => null;

    /// <summary>The cycle from which it asks for banks; <see cref="ulong.MaxValue"/> while it asks for none.</summary>
    ulong NextRequest { get; }

    /// <summary>Writes the word-aligned addresses asked for in this cycle and returns how many there are.</summary>
    int Requests(Span<uint> addresses);

    /// <summary>Request number <paramref name="index"/> of the last <see cref="Requests"/> is granted in cycle <paramref name="time"/>.</summary>
    void Granted(ulong time, int index);
}

/// <summary>
/// How often a port that takes several banks at once goes before the other requests for them. A port that goes first takes
/// even a single bank without the bank's arbiter.
/// </summary>
/// <param name="GoesFirst">True if it goes first as long as <paramref name="MostWins"/> allows; false if the ports take turns, from conflict to conflict.</param>
/// <param name="MostWins">Cycles in a row in which others may wait for it; then it waits once if they still ask. Null for no bound.</param>
public readonly record struct WidePriority(bool GoesFirst, int? MostWins)
{
    /// <summary>Before everybody else, always: its requests are never refused.</summary>
    public static WidePriority First { get; } = new(true, null);

    /// <summary>It and the others take turns: whoever waited in the last conflict wins the next one.</summary>
    public static WidePriority Rotate { get; } = new(false, 1);

    /// <summary>First, but others wait at most <paramref name="mostWins"/> cycles in a row.</summary>
    public static WidePriority FirstBounded(int mostWins)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mostWins, 1);
        return new WidePriority(true, mostWins);
    }
}
