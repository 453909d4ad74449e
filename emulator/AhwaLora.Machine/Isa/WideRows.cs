namespace AhwaLora.Machine.Isa;

/// <summary>Makes rows on registers of 64 bits, for the extensions that have them.</summary>
internal static class WideRows
{
    /// <summary>An arithmetic instruction.</summary>
    public static InstructionRow Wide(Extension extension, string name, string pattern, string assembly, FloatFormat format, Unit unit, WideOperation semantics, Handover handover = Handover.Buffered) =>
        new(extension, name, pattern, assembly, Shape.Wide, unit, semantics) { Format = format, Handover = handover };

    /// <summary>A load or store.</summary>
    public static InstructionRow Memory(Extension extension, string name, string pattern, string assembly, FloatFormat format, Func<ulong, ulong>? extend, int width) =>
        new(extension, name, pattern, assembly, extend is null ? Shape.WideStore : Shape.WideLoad, extend is null ? Unit.Store : Unit.Load, extend, width) { Format = format, Handover = Handover.Buffered };

    /// <summary>What D and Zfh have in common: the instructions of the F extension in another format.</summary>
    /// <param name="extension">D or Zfh.</param>
    /// <param name="letter">The format in mnemonics.</param>
    /// <param name="fmt">The format in instruction words.</param>
    /// <param name="format">The format.</param>
    public static IEnumerable<InstructionRow> Scalar<TFormat>(Extension extension, string letter, string fmt, FloatFormat format)
        where TFormat : struct, IBinaryFormat
    {
        // Snitch's sequencer buffers conversions from and to integers, and one comparison, in D only.
        var buffersConversions = format == FloatFormat.Double ? Handover.Buffered : Handover.Direct;

        // The assembler writes no rounding mode for a conversion that is always exact.
        var fromInteger = format == FloatFormat.Double ? "fd, rs1" : "fd, rs1, rm";
        const string fused = "fd, fs1, fs2, fs3, rm", rounded = "fd, fs1, fs2, rm", quiet = "fd, fs1, fs2", compared = "rd, fs1, fs2";
        yield return Row($"fmadd.{letter}", $"fs3 {fmt} fs2 fs1 rm fd 1000011", fused, Unit.FloatAddMultiply, ScalarFloat<TFormat>.MAdd);
        yield return Row($"fmsub.{letter}", $"fs3 {fmt} fs2 fs1 rm fd 1000111", fused, Unit.FloatAddMultiply, ScalarFloat<TFormat>.MSub);
        yield return Row($"fnmsub.{letter}", $"fs3 {fmt} fs2 fs1 rm fd 1001011", fused, Unit.FloatAddMultiply, ScalarFloat<TFormat>.NmSub);
        yield return Row($"fnmadd.{letter}", $"fs3 {fmt} fs2 fs1 rm fd 1001111", fused, Unit.FloatAddMultiply, ScalarFloat<TFormat>.NmAdd);
        yield return Row($"fadd.{letter}", $"00000{fmt} fs2 fs1 rm fd 1010011", rounded, Unit.FloatAddMultiply, ScalarFloat<TFormat>.Add);
        yield return Row($"fsub.{letter}", $"00001{fmt} fs2 fs1 rm fd 1010011", rounded, Unit.FloatAddMultiply, ScalarFloat<TFormat>.Sub);
        yield return Row($"fmul.{letter}", $"00010{fmt} fs2 fs1 rm fd 1010011", rounded, Unit.FloatAddMultiply, ScalarFloat<TFormat>.Mul);
        yield return Row($"fdiv.{letter}", $"00011{fmt} fs2 fs1 rm fd 1010011", rounded, Unit.FloatDivide, ScalarFloat<TFormat>.Div);
        yield return Row($"fsqrt.{letter}", $"01011{fmt} 00000 fs1 rm fd 1010011", "fd, fs1, rm", Unit.FloatSquareRoot, ScalarFloat<TFormat>.Sqrt);
        yield return Row($"fsgnj.{letter}", $"00100{fmt} fs2 fs1 000 fd 1010011", quiet, Unit.FloatNonComputational, ScalarFloat<TFormat>.Sgnj);
        yield return Row($"fsgnjn.{letter}", $"00100{fmt} fs2 fs1 001 fd 1010011", quiet, Unit.FloatNonComputational, ScalarFloat<TFormat>.Sgnjn);
        yield return Row($"fsgnjx.{letter}", $"00100{fmt} fs2 fs1 010 fd 1010011", quiet, Unit.FloatNonComputational, ScalarFloat<TFormat>.Sgnjx);
        yield return Row($"fmin.{letter}", $"00101{fmt} fs2 fs1 000 fd 1010011", quiet, Unit.FloatNonComputational, ScalarFloat<TFormat>.Min);
        yield return Row($"fmax.{letter}", $"00101{fmt} fs2 fs1 001 fd 1010011", quiet, Unit.FloatNonComputational, ScalarFloat<TFormat>.Max);
        yield return Row($"feq.{letter}", $"10100{fmt} fs2 fs1 010 rd 1010011", compared, Unit.FloatNonComputational, ScalarFloat<TFormat>.Eq, Handover.Direct);
        yield return Row($"flt.{letter}", $"10100{fmt} fs2 fs1 001 rd 1010011", compared, Unit.FloatNonComputational, ScalarFloat<TFormat>.Lt, buffersConversions);
        yield return Row($"fle.{letter}", $"10100{fmt} fs2 fs1 000 rd 1010011", compared, Unit.FloatNonComputational, ScalarFloat<TFormat>.Le, Handover.Direct);
        yield return Row($"fclass.{letter}", $"11100{fmt} 00000 fs1 001 rd 1010011", "rd, fs1", Unit.FloatNonComputational, ScalarFloat<TFormat>.Classify, Handover.Direct);
        yield return Row($"fcvt.w.{letter}", $"11000{fmt} 00000 fs1 rm rd 1010011", "rd, fs1, rm", Unit.FloatConvert, ScalarFloat<TFormat>.ToInt32, buffersConversions);
        yield return Row($"fcvt.wu.{letter}", $"11000{fmt} 00001 fs1 rm rd 1010011", "rd, fs1, rm", Unit.FloatConvert, ScalarFloat<TFormat>.ToUInt32, buffersConversions);
        yield return Row($"fcvt.{letter}.w", $"11010{fmt} 00000 rs1 rm fd 1010011", fromInteger, Unit.FloatConvert, ScalarFloat<TFormat>.FromInt32, buffersConversions);
        yield return Row($"fcvt.{letter}.wu", $"11010{fmt} 00001 rs1 rm fd 1010011", fromInteger, Unit.FloatConvert, ScalarFloat<TFormat>.FromUInt32, buffersConversions);

        InstructionRow Row(string name, string pattern, string assembly, Unit unit, WideOperation semantics, Handover handover = Handover.Buffered) =>
            Wide(extension, name, pattern, assembly, format, unit, semantics, handover);
    }
}
