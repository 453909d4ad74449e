using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector512<float>;

namespace AhwaLora.Emu.Aimc.Crossbar;

/// <summary>
/// Which random word serves which draw. Key: the 64-bit seed. Counter: (tile, event, row, column), the input and output
/// line in the whole tile, whatever region is at work. A tile numbers its events from 0 in the order they are asked for:
/// a programming takes two (program, first read), an age evaluation one, every vector of an MVM one, be it zero, refused
/// or re-passed. The 32-bit number wraps to 0, after which the draws of the first events come again.
/// <code>
/// draw                    row                   column   word
/// programming noise       input line            output   0 g+   1 g-
/// drift exponent          input line            output   2 g+   3 g-
/// read noise at an age    input line            output   0 g+   1 g-
/// output noise of an MVM  pass (0, 1, ...)      output   0
/// read noise of an MVM    pass                  output   1
/// input noise of an MVM   0x80000000 + pass     input    0
/// </code>
/// </summary>
internal readonly record struct Draws(ulong Seed, uint Tile, uint Event)
{
    private const uint InputRow = 0x8000_0000;

    /// <summary>The random words of sixteen neighbouring columns of a row.</summary>
    public PhiloxWords<Vector512<uint>> Words(uint row, int column) => Philox.Blocks(Seed, Tile, Event, row, (uint)column);

    /// <summary>Input noise of sixteen neighbouring input lines.</summary>
    public Lanes Input(int pass, int line) => LaneMath.Normal(Words(InputRow + (uint)pass, line).W0);
}
