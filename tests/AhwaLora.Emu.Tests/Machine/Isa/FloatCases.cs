namespace AhwaLora.Emu.Tests.Machine.Isa;

/// <summary>Operands of <see cref="Float32Tests"/>: corner values, and seeded random ones hard to round.</summary>
internal sealed class FloatCases(int seed)
{
    private readonly Random _random = new(seed);

    internal readonly record struct Operands(uint A, uint B, uint C);

    /// <summary>Corner values, of either sign.</summary>
    public static IReadOnlyList<uint> Corners { get; } = [.. new uint[]
    {
        0x00000000, 0x00000001, 0x00000002, 0x00000003, 0x00400000, 0x007ffffe, 0x007fffff, // zero, subnormals
        0x00800000, 0x00800001, 0x00ffffff, 0x01000000,                                     // smallest normals
        0x33000000, 0x33800000, 0x33800001, 0x34000000,                                     // 2^-25 to 2^-23: ulps of 1
        0x3effffff, 0x3f000000, 0x3f000001, 0x3f7ffffe, 0x3f7fffff, 0x3f800000, 0x3f800001, // around 1/2 and 1
        0x3fc00000, 0x40000000, 0x40200000, 0x40400000,                                     // 1.5, 2, 2.5, 3
        0x4affffff, 0x4b000000, 0x4b7fffff, 0x4b800000, 0x4b800001,                         // around 2^23 and 2^24
        0x4effffff, 0x4f000000, 0x4f000001, 0x4f7fffff, 0x4f800000,                         // around 2^31 and 2^32
        0x7e800000, 0x7f000000, 0x7f7ffffe, 0x7f7fffff,                                     // largest normals
        0x7f800000, 0x7f800001, 0x7fbfffff, 0x7fc00000, 0x7fc00001, 0x7fffffff,             // infinity, sNaNs, qNaNs
    }.SelectMany(bits => new[] { bits, bits | 0x80000000 })];

    /// <summary>Two values whose exponents are near, for cancellation and alignment.</summary>
    public Operands Terms()
    {
        uint a = Any();
        uint b = Chance(8) ? Any() : Chance(8) ? Neighbour(a) : WithExponent(Exponent(a) + _random.Next(-27, 28));
        return new(a, b, 0);
    }

    /// <summary>Two values whose product is often about to underflow or overflow.</summary>
    public Operands Factors()
    {
        uint a = Any();
        return new(a, Chance(8) ? Any() : WithExponent(TargetExponent() - Exponent(a) + 127), 0);
    }

    /// <summary>Two values whose quotient is often about to underflow or overflow.</summary>
    public Operands Quotient()
    {
        uint b = Any();
        return new(Chance(8) ? Any() : WithExponent(TargetExponent() + Exponent(b) - 127), b, 0);
    }

    /// <summary>Any value, often a perfect square.</summary>
    public Operands Radicand()
    {
        if (!Chance(3)) return new(Any(), 0, 0);
        float root = _random.Next(1, 1 << 13);
        return new(BitConverter.SingleToUInt32Bits(root * root * MathF.ScaleB(1, 2 * _random.Next(-60, 50))), 0, 0);
    }

    /// <summary><see cref="Factors"/> and a term near their product, often about to cancel it.</summary>
    public Operands FactorsAndTerm()
    {
        (uint a, uint b, _) = Factors();
        float product = BitConverter.UInt32BitsToSingle(a) * BitConverter.UInt32BitsToSingle(b);
        uint near = BitConverter.SingleToUInt32Bits(Chance(2) ? product : -product);
        uint c = Chance(8) ? Any() : Chance(4) ? Neighbour(near) : WithExponent(Exponent(near) + _random.Next(-50, 51));
        return new(a, b, c);
    }

    /// <summary>A value with a few bits on either side of the binary point, or about 2^31 and 2^32.</summary>
    public Operands NearInteger() => new(Chance(8) ? Any() : WithExponent(_random.Next(124, 161)), 0, 0);

    /// <summary>An integer of any length, often a few ulps of its binary32 from a tie.</summary>
    public Operands Integer()
    {
        uint value = (uint)_random.NextInt64(1L << 32) >> _random.Next(32);
        uint low = 1u << _random.Next(9);
        uint nearTie = (value & ~(2 * low - 1)) + low + (uint)_random.Next(-1, 2);
        value = Chance(2) ? value : nearTie;
        return new(Chance(2) ? value : 0 - value, 0, 0);
    }

    private uint Any() => Chance(16) ? Corners[_random.Next(Corners.Count)] : WithExponent(_random.Next(256));

    /// <summary>A value of the biased exponent, held to the finite range, with an easy or a hard fraction.</summary>
    private uint WithExponent(int biased)
    {
        var fraction = (uint)_random.Next(1 << 23);
        int shift = _random.Next(24);
        fraction = _random.Next(4) switch
        {
            0 => fraction >> shift << shift,                // few leading bits: exact results and ties
            1 => 0x7fffff ^ (fraction >> shift),            // a run of ones: carries
            2 => fraction >> shift,                         // a run of zeros
            _ => fraction,
        };
        return (uint)_random.Next(2) << 31 | (uint)Math.Clamp(biased, 0, 254) << 23 | fraction;
    }

    private uint Neighbour(uint bits) => bits + (uint)_random.Next(-2, 3);

    /// <summary>The biased exponent of a result: around underflow, around overflow, or any.</summary>
    private int TargetExponent() => _random.Next(3) switch
    {
        0 => _random.Next(-26, 4),
        1 => _random.Next(251, 258),
        _ => _random.Next(1, 255),
    };

    private static int Exponent(uint bits) => (int)(bits >> 23 & 0xff);

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;
}
