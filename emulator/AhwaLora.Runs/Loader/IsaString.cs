using System.Collections.Frozen;
using System.Text.RegularExpressions;
using AhwaLora.Machine.Isa;

namespace AhwaLora.Runs.Loader;

/// <summary>The ISA string that compilers leave in .riscv.attributes: <c>rv32i2p1_m2p0_f2p2_zicsr2p0</c>.</summary>
public static partial class IsaString
{
    /// <summary>The extension of each name that is implemented here.</summary>
    public static FrozenDictionary<string, Extension> Known { get; } = new Dictionary<string, Extension>
    {
        ["i"] = Extension.I,
        ["m"] = Extension.M,
        ["a"] = Extension.A,
        ["zaamo"] = Extension.A,
        ["zalrsc"] = Extension.A,
        ["f"] = Extension.F,
        ["d"] = Extension.D,
        ["c"] = Extension.C,
        ["zca"] = Extension.C,
        ["zcf"] = Extension.C,
        ["zcd"] = Extension.C,
        ["zicsr"] = Extension.Zicsr,
        ["zicntr"] = Extension.Zicsr,
        ["zihpm"] = Extension.Zicsr,
        ["zifencei"] = Extension.Zifencei,
        ["zmmul"] = Extension.M,
        ["zfhmin"] = Extension.Zfhmin,
        ["zfh"] = Extension.Zfh,
        ["xfvec"] = Extension.Xfvec,
        ["xfdotp"] = Extension.Xfdotp,
        ["xssr"] = Extension.Xssr,
        ["xfrep"] = Extension.Xfrep,
    }.ToFrozenDictionary();

    /// <summary>The names in a string, without their versions.</summary>
    public static IEnumerable<string> Extensions(string architecture)
    {
        foreach (var part in architecture.ToLowerInvariant().Split('_'))
        {
            var text = part.StartsWith("rv32", StringComparison.Ordinal) ? part[4..] : part;
            var isSingleLetters = !text.StartsWith('z') && !text.StartsWith('s') && !text.StartsWith('x');
            foreach (Match match in (isSingleLetters ? SingleLetter() : LongName()).Matches(text)) yield return match.Groups[1].Value;
        }
    }

    [GeneratedRegex(@"([a-z])(?:\d+p\d+)?")]
    private static partial Regex SingleLetter();

    [GeneratedRegex(@"^([a-z]+(?:\d+[a-z]+)*?)(?:\d+p\d+)?$")]
    private static partial Regex LongName();
}
