using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lanes = System.Runtime.Intrinsics.Vector256<float>;

namespace AhwaLora.Analog.Numerics;

/// <summary>
/// Which random word is used for which draw. Key: the 64-bit seed. Counter: (tile, event, row, column). A tile numbers its
/// events from 0 in the order they are asked for: a programming takes two (program, first read), an age evaluation one,
/// every vector of an MVM one, even if it is zero, refused or repeated. The 32-bit number wraps to 0; then the draws of
/// the first events repeat.
/// <code>
/// draw                    row                   column         normal
/// programming noise       input line            output line    0 g+   1 g-
/// drift exponent          input line            output line    2 g+   3 g-
/// read noise at an age    input line            output line    0 g+   1 g-
/// output noise of an MVM  pass (0, 1, ...)      block of i     normal of i
/// read noise of an MVM    0x40000000 + pass     block of i     normal of i
/// input noise of an MVM   0x80000000 + pass     block of i     normal of i
/// </code>
/// A block's words 0 and 1 make its normals 0 and 1, words 2 and 3 make 2 and 3 (<see cref="LaneMath.Normals"/>).
/// Input and output lines are those of the whole tile. The noise of an MVM uses every normal: i counts outputs (or inputs)
/// from the part's first, its block is 8 floor(i / 32) + i mod 8, its normal floor(i / 8) mod 4.
/// </summary>
internal readonly record struct Draws(ulong Seed, uint Tile, uint Event)
{
    /// <summary>Rows of the draws of an MVM, to which its pass is added.</summary>
    public const uint OutputNoise = 0, ReadNoise = 0x4000_0000, InputNoise = 0x8000_0000;

    private const int LinesPerStep = 4 * LaneMath.Width;

    /// <summary>The random words of eight neighbouring cells of a row.</summary>
    public PhiloxWords<Vector256<uint>> Cells(int row, int column) => Philox.Blocks(Seed, Tile, Event, (uint)row, (uint)column);

    /// <summary>A standard normal for each line of an MVM.</summary>
    public void FillNormals(uint row, Span<float> normals)
    {
        uint block = 0;
        for (int i = 0; i < normals.Length; i += LinesPerStep, block += LaneMath.Width)
        {
            PhiloxWords<Vector256<uint>> words = Philox.Blocks(Seed, Tile, Event, row, block);
            StorePair(words.W0, words.W1, normals, i);
            StorePair(words.W2, words.W3, normals, i + 2 * LaneMath.Width);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(Vector256<uint> word0, Vector256<uint> word1, Span<float> normals, int at)
    {
        if (at >= normals.Length)
            return;
        (Lanes first, Lanes second) = LaneMath.Normals(word0, word1);
        LaneMath.Store(first, normals, at);
        if (at + LaneMath.Width < normals.Length)
            LaneMath.Store(second, normals, at + LaneMath.Width);
    }
}
