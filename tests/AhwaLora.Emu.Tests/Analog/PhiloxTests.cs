using AhwaLora.Analog.Numerics;

namespace AhwaLora.Emu.Tests.Analog;

public sealed class PhiloxTests
{
    // Random123, kat_vectors: philox4x32 10.
    [Theory]
    [InlineData(0UL, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0UL, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x299f31d0_a4093822UL, 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Gives_the_published_vectors(ulong key, uint c0, uint c1, uint c2, uint c3, uint w0, uint w1, uint w2, uint w3)
    {
        Assert.Equal(new PhiloxWords<uint>(w0, w1, w2, w3), Philox.Block(key, c0, c1, c2, c3));
        var lanes = Philox.Blocks(key, c0, c1, c2, c3);
        Assert.Equal((w0, w1, w2, w3), (lanes.W0[0], lanes.W1[0], lanes.W2[0], lanes.W3[0]));
    }

    [Theory]
    [InlineData(7u)]
    [InlineData(0xFFFF_FFFDu)]
    public void Every_lane_is_the_block_of_its_own_counter(uint first)
    {
        const ulong Key = 0x0123_4567_89AB_CDEF;
        var lanes = Philox.Blocks(Key, 1, 2, 3, first);
        for (uint i = 0; i < LaneMath.Width; i++)
            Assert.Equal(
                Philox.Block(Key, 1, 2, 3, first + i),
                new PhiloxWords<uint>(lanes.W0[(int)i], lanes.W1[(int)i], lanes.W2[(int)i], lanes.W3[(int)i]));
    }
}
