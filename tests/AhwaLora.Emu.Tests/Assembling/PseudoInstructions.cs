namespace AhwaLora.Emu.Tests.Assembling;

/// <summary>
/// Pseudo-instructions: what an assembler writes for them, by name and number of operands (RISC-V Assembly Programmer's
/// Manual, "Pseudoinstructions"; unprivileged specification, tables of pseudoinstructions). <c>$1</c> is the first operand;
/// <c>.</c> is where the instruction that names it stands.
/// </summary>
internal static class PseudoInstructions
{
    private const string Address = "auipc $1, %hi($2 - .)\naddi $1, $1, %lo($2 - . + 4)";

    private static readonly Dictionary<(string Name, int Operands), string> Templates = new()
    {
        [("nop", 0)] = "addi x0, x0, 0",
        [("unimp", 0)] = "csrrw x0, cycle, x0",
        [("la", 2)] = Address,
        [("lla", 2)] = Address,
        [("mv", 2)] = "addi $1, $2, 0",
        [("not", 2)] = "xori $1, $2, -1",
        [("neg", 2)] = "sub $1, x0, $2",
        [("seqz", 2)] = "sltiu $1, $2, 1",
        [("snez", 2)] = "sltu $1, x0, $2",
        [("sltz", 2)] = "slt $1, $2, x0",
        [("sgtz", 2)] = "slt $1, x0, $2",
        [("sgt", 3)] = "slt $1, $3, $2",
        [("sgtu", 3)] = "sltu $1, $3, $2",

        [("beqz", 2)] = "beq $1, x0, $2",
        [("bnez", 2)] = "bne $1, x0, $2",
        [("blez", 2)] = "bge x0, $1, $2",
        [("bgez", 2)] = "bge $1, x0, $2",
        [("bltz", 2)] = "blt $1, x0, $2",
        [("bgtz", 2)] = "blt x0, $1, $2",
        [("bgt", 3)] = "blt $2, $1, $3",
        [("ble", 3)] = "bge $2, $1, $3",
        [("bgtu", 3)] = "bltu $2, $1, $3",
        [("bleu", 3)] = "bgeu $2, $1, $3",
        [("j", 1)] = "jal x0, $1",
        [("jal", 1)] = "jal ra, $1",
        [("jr", 1)] = "jalr x0, $1",
        [("jalr", 1)] = "jalr ra, $1",
        [("ret", 0)] = "jalr x0, ra",

        // As the linker leaves them, whose relaxation makes one jump of the two instructions.
        [("call", 1)] = "jal ra, $1",
        [("tail", 1)] = "jal x0, $1",

        [("csrr", 2)] = "csrrs $1, $2, x0",
        [("csrw", 2)] = "csrrw x0, $1, $2",
        [("csrs", 2)] = "csrrs x0, $1, $2",
        [("csrc", 2)] = "csrrc x0, $1, $2",
        [("csrwi", 2)] = "csrrwi x0, $1, $2",
        [("csrsi", 2)] = "csrrsi x0, $1, $2",
        [("csrci", 2)] = "csrrci x0, $1, $2",
        [("rdcycle", 1)] = "csrrs $1, cycle, x0",
        [("rdcycleh", 1)] = "csrrs $1, cycleh, x0",
        [("rdtime", 1)] = "csrrs $1, time, x0",
        [("rdtimeh", 1)] = "csrrs $1, timeh, x0",
        [("rdinstret", 1)] = "csrrs $1, instret, x0",
        [("rdinstreth", 1)] = "csrrs $1, instreth, x0",
        [("frcsr", 1)] = "csrrs $1, fcsr, x0",
        [("fscsr", 1)] = "csrrw x0, fcsr, $1",
        [("fscsr", 2)] = "csrrw $1, fcsr, $2",
        [("frrm", 1)] = "csrrs $1, frm, x0",
        [("fsrm", 1)] = "csrrw x0, frm, $1",
        [("fsrm", 2)] = "csrrw $1, frm, $2",
        [("fsrmi", 1)] = "csrrwi x0, frm, $1",
        [("fsrmi", 2)] = "csrrwi $1, frm, $2",
        [("frflags", 1)] = "csrrs $1, fflags, x0",
        [("fsflags", 1)] = "csrrw x0, fflags, $1",
        [("fsflags", 2)] = "csrrw $1, fflags, $2",
        [("fsflagsi", 1)] = "csrrwi x0, fflags, $1",
        [("fsflagsi", 2)] = "csrrwi $1, fflags, $2",

        [("fmv.s", 2)] = "fsgnj.s $1, $2, $2",
        [("fneg.s", 2)] = "fsgnjn.s $1, $2, $2",
        [("fabs.s", 2)] = "fsgnjx.s $1, $2, $2",
        [("fgt.s", 3)] = "flt.s $1, $3, $2",
        [("fge.s", 3)] = "fle.s $1, $3, $2",
        [("fmv.x.s", 2)] = "fmv.x.w $1, $2",
        [("fmv.s.x", 2)] = "fmv.w.x $1, $2",

        // Compressed forms that write one operand, while the instruction they stand for has two.
        [("c.nop", 0)] = "addi x0, x0, 0",
        [("c.addi", 2)] = "addi $1, $1, $2",
        [("c.li", 2)] = "addi $1, x0, $2",
        [("c.mv", 2)] = "add $1, x0, $2",
        [("c.add", 2)] = "add $1, $1, $2",
        [("c.sub", 2)] = "sub $1, $1, $2",
        [("c.and", 2)] = "and $1, $1, $2",
        [("c.or", 2)] = "or $1, $1, $2",
        [("c.xor", 2)] = "xor $1, $1, $2",
        [("c.andi", 2)] = "andi $1, $1, $2",
        [("c.slli", 2)] = "slli $1, $1, $2",
        [("c.srli", 2)] = "srli $1, $1, $2",
        [("c.srai", 2)] = "srai $1, $1, $2",
        [("c.beqz", 2)] = "beq $1, x0, $2",
        [("c.bnez", 2)] = "bne $1, x0, $2",
        [("c.j", 1)] = "jal x0, $1",
        [("c.jal", 1)] = "jal ra, $1",
        [("c.jr", 1)] = "jalr x0, $1",
        [("c.jalr", 1)] = "jalr ra, $1",
    };

    /// <summary>With <c>.option norelax</c>.</summary>
    private static readonly Dictionary<(string Name, int Operands), string> FarTemplates = new()
    {
        [("call", 1)] = "auipc ra, %hi($1 - .)\njalr ra, %lo($1 - . + 4)(ra)",
        [("tail", 1)] = "auipc t1, %hi($1 - .)\njalr x0, %lo($1 - . + 4)(t1)",
    };

    private static readonly HashSet<string> WithImmediateForms = ["add", "and", "or", "xor", "sll", "srl", "sra", "slt", "csrw", "csrs", "csrc", "csrrw", "csrrs", "csrrc", "fsrm", "fsflags"];

    /// <summary>The name with which <paramref name="name"/> takes a constant as its last operand, as <c>add a0, a0, 1</c> means addi.</summary>
    public static string ImmediateForm(string name) => name == "sltu" ? "sltiu" : WithImmediateForms.Contains(name) ? name + "i" : name;

    /// <summary>What stands for the pseudo-instruction; null for what is none.</summary>
    public static IEnumerable<IReadOnlyList<Token>>? Expand(string name, IReadOnlyList<Token>[] operands, bool relax)
    {
        var key = (name, operands.Length);
        return (!relax && FarTemplates.TryGetValue(key, out var template)) || Templates.TryGetValue(key, out template) ? Filled(template, operands) : null;
    }

    /// <summary>A load or store at a symbol, whose address goes by the third operand, or by the register that is loaded.</summary>
    public static IEnumerable<IReadOnlyList<Token>> AtSymbol(string name, IReadOnlyList<Token>[] operands) => operands.Length == 2
        ? Filled($"auipc $1, %hi($2 - .)\n{name} $1, %lo($2 - . + 4)($1)", operands)
        : Filled($"auipc $3, %hi($2 - .)\n{name} $1, %lo($2 - . + 4)($3)", operands);

    /// <summary>A constant in a register (<c>li</c>): addi, or lui and what is missing then.</summary>
    public static IEnumerable<IReadOnlyList<Token>> LoadConstant(IReadOnlyList<Token> register, long value)
    {
        if (value is < int.MinValue or > uint.MaxValue) throw new AssemblerException($"{value} has more than 32 bits");
        var word = (int)value;
        if (Expression.Lower(word) == word) return Filled($"addi $1, x0, {word}", [register]);
        var (upper, lower) = (Expression.Upper(word), Expression.Lower(word));
        return Filled(lower == 0 ? $"lui $1, {upper}" : $"lui $1, {upper}\naddi $1, $1, {lower}", [register]);
    }

    private static IEnumerable<IReadOnlyList<Token>> Filled(string template, IReadOnlyList<Token>[] operands) =>
        Lexer.Lines(template).Select(line => line.Tokens.SelectMany(token => token.Text[0] == '$' ? Bracketed(operands[token.Text[1] - '1']) : [token]).ToList());

    // More than one token is a value that has to stay one.
    private static IEnumerable<Token> Bracketed(IReadOnlyList<Token> operand) =>
        operand.Count == 1 ? operand : [new Token(TokenKind.Mark, "("), .. operand, new Token(TokenKind.Mark, ")")];
}
