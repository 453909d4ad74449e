using AhwaLora.Machine.State;

namespace AhwaLora.Machine.Clusters.Engines.RedMulE;

/// <summary>The streams that share the memory port.</summary>
internal enum Channel
{
    X,
    W,
    Y,
    Z,
    None,
}

/// <summary>
/// The two arbiters before the port: one between Y and Z, and one between X, W and the winner of the first. Each is round-robin. Its
/// pointer moves on by one with every granted access, whoever had it. A choice once made is kept while it is denied,
/// even if a load is withdrawn: then the stores that would let it ask again may wait for the arbiter for ever, which is one of the hangs
/// of v2.0.4.
/// </summary>
internal sealed class PortArbiter : IStateful
{
    private int _pointer, _choice, _pointerYz, _choiceYz;
    private bool _wasGranted, _wasAsked, _wasGrantedYz, _wasAskedYz;

    // Decided in this cycle, from the requests of it.
    [Unsaved("decided anew in each cycle")]
    private int _winner, _winnerYz;
    [Unsaved("decided anew in each cycle")]
    private bool _asked, _askedYz;

    /// <summary>Decides which stream asks for the port; <see cref="Channel.None"/> if the chosen one does not ask.</summary>
    /// <param name="x">X asks.</param>
    /// <param name="w">W asks.</param>
    /// <param name="y">Y asks.</param>
    /// <param name="z">Z asks.</param>
    /// <param name="prefersY">True while results wait: Y wins then if it asks.</param>
    public Channel Choose(bool x, bool w, bool y, bool z, bool prefersY)
    {
        _winnerYz = _choiceYz;
        if (_wasGrantedYz || !_wasAskedYz) _winnerYz = ChooseYz(y, z, prefersY);
        var yz = _winnerYz == 0 ? y : z;
        _winner = _choice;
        if (_wasGranted || !_wasAsked) _winner = ChooseOfThree();
        (_asked, _askedYz) = (x || w || yz, y || z);
        if (!Asks(_winner)) return Channel.None;
        return _winner < 2 ? (Channel)_winner : _winnerYz == 0 ? Channel.Y : Channel.Z;

        bool Asks(int input) => input switch { 0 => x, 1 => w, _ => yz };

        int ChooseOfThree()
        {
            for (var step = 0; step < 3; step++)
            {
                var input = (_pointer + step) % 3;
                if (Asks(input)) return input;
            }

            return _pointer;
        }
    }

    /// <summary>Ends the cycle.</summary>
    public void Clock(bool isGranted)
    {
        var isGrantedYz = isGranted && _winner == 2;
        if (isGranted) _pointer = (_pointer + 1) % 3;
        if (isGrantedYz) _pointerYz = 1 - _pointerYz;
        (_choice, _wasGranted, _wasAsked) = (_winner, isGranted, _asked);
        (_choiceYz, _wasGrantedYz, _wasAskedYz) = (_winnerYz, isGrantedYz, _askedYz);
    }

    public void SaveOrRestore(StateStream state)
    {
        state.Field(ref _pointer);
        state.Field(ref _choice);
        state.Field(ref _pointerYz);
        state.Field(ref _choiceYz);
        state.Field(ref _wasGranted);
        state.Field(ref _wasAsked);
        state.Field(ref _wasGrantedYz);
        state.Field(ref _wasAskedYz);
    }

    private int ChooseYz(bool y, bool z, bool prefersY)
    {
        if (prefersY) return y ? 0 : z ? 1 : _pointerYz;
        var first = _pointerYz == 0 ? y : z;
        var second = _pointerYz == 0 ? z : y;
        return first || !second ? _pointerYz : 1 - _pointerYz;
    }
}
