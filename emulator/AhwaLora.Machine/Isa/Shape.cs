namespace AhwaLora.Machine.Isa;

/// <summary>
/// What an instruction does with its operands: which signature its semantics has, and what an engine
/// does around the call.
/// </summary>
public enum Shape : byte
{
    /// <summary>A word that no enabled row matches; raises an illegal-instruction exception.</summary>
    Illegal,

    /// <summary>rd = f(rs1, rs2); <c>uint f(uint, uint)</c>.</summary>
    Binary,

    /// <summary>rd = f(rs1, imm); <c>uint f(uint, uint)</c>.</summary>
    Immediate,

    /// <summary>rd = f(pc, imm); <c>uint f(uint, uint)</c>.</summary>
    Upper,

    /// <summary>rd = f(rs1); <c>uint f(uint)</c>.</summary>
    Unary,

    /// <summary>if f(rs1, rs2) then pc += imm; <c>bool f(uint, uint)</c>.</summary>
    Branch,

    /// <summary>rd = pc + length; pc += imm.</summary>
    Jump,

    /// <summary>rd = pc + length; pc = (rs1 + imm) &amp; ~1.</summary>
    JumpRegister,

    /// <summary>rd = f(memory[rs1 + imm]); <c>uint f(uint)</c> extends the <see cref="InstructionRow.Width"/> bytes read.</summary>
    Load,

    /// <summary>memory[rs1 + imm] = low <see cref="InstructionRow.Width"/> bytes of rs2.</summary>
    Store,

    /// <summary>rd = f(rs1, rm, flags); <c>uint f(uint, uint, ref uint)</c>.</summary>
    Float1,

    /// <summary>rd = f(rs1, rs2, rm, flags); <c>uint f(uint, uint, uint, ref uint)</c>.</summary>
    Float2,

    /// <summary>rd = f(rs1, rs2, flags), without rounding; <c>uint f(uint, uint, ref uint)</c>.</summary>
    FloatCompare,

    /// <summary>rd = f(rs1, rs2, rs3, rm, flags); <c>uint f(uint, uint, uint, uint, ref uint)</c>.</summary>
    Float3,

    /// <summary>rd = f(rs1) of a floating-point operand, without rounding or flags; <c>uint f(uint)</c>.</summary>
    FloatUnary,

    /// <summary>rd = f(rs1, rs2) of floating-point operands, without rounding or flags; <c>uint f(uint, uint)</c>.</summary>
    FloatBinary,

    /// <summary>Copies the bits of an f register to an x register, or back, without interpreting them; <c>uint f(uint)</c>.</summary>
    FloatMove,

    /// <summary>rd = f(rs1, rs2, rs3, rm, flags) on whole registers of 64 bits; <see cref="WideOperation"/>.</summary>
    Wide,

    /// <summary>fd = f(memory[rs1 + imm]) of <see cref="InstructionRow.Width"/> bytes; <c>ulong f(ulong)</c> boxes them.</summary>
    WideLoad,

    /// <summary>memory[rs1 + imm] = low <see cref="InstructionRow.Width"/> bytes of an f register.</summary>
    WideStore,

    /// <summary>A stream's configuration register, numbered by rs2 and imm, = rs1.</summary>
    StreamWrite,

    /// <summary>rd = a stream's configuration register, numbered by rs2.</summary>
    StreamRead,

    /// <summary>Stops the FP side for good.</summary>
    StreamStop,

    /// <summary>The FP instructions that follow are repeated.</summary>
    Repeat,

    /// <summary>rd = csr; csr = f(csr, rs1), unless suppressed; <c>uint f(uint, uint)</c>.</summary>
    Csr,

    /// <summary>As <see cref="Csr"/>, but the five bits of the rs1 field are the operand's value.</summary>
    CsrImmediate,

    /// <summary>rd = memory[rs1], and the hart reserves the word.</summary>
    LoadReserved,

    /// <summary>memory[rs1] = rs2 and rd = 0 if the reservation holds, else rd = 1.</summary>
    StoreConditional,

    /// <summary>rd = memory[rs1]; memory[rs1] = f(rd, rs2); <c>uint f(uint, uint)</c>.</summary>
    Atomic,

    /// <summary>Orders memory accesses.</summary>
    Fence,

    /// <summary>Makes stores visible to instruction fetches.</summary>
    FenceI,

    /// <summary>Environment call.</summary>
    Ecall,

    /// <summary>Breakpoint, or a semihosting call.</summary>
    Ebreak,

    /// <summary>Return from a machine-mode trap.</summary>
    Mret,

    /// <summary>Wait for an interrupt.</summary>
    Wfi,
}

/// <summary>The functional unit that executes an instruction; timing models and counters use it.</summary>
public enum Unit : byte
{
    /// <summary>Integer arithmetic and logic.</summary>
    Alu,

    /// <summary>Conditional branches.</summary>
    Branch,

    /// <summary>jal and jalr.</summary>
    Jump,

    /// <summary>Loads, integer and floating-point.</summary>
    Load,

    /// <summary>Stores, integer and floating-point.</summary>
    Store,

    /// <summary>mul.</summary>
    Multiply,

    /// <summary>mulh, mulhsu and mulhu.</summary>
    MultiplyHigh,

    /// <summary>Integer division and remainder.</summary>
    Divide,

    /// <summary>Floating-point addition, multiplication and fused multiply-add.</summary>
    FloatAddMultiply,

    /// <summary>Floating-point division.</summary>
    FloatDivide,

    /// <summary>Floating-point square root, in the unit that divides.</summary>
    FloatSquareRoot,

    /// <summary>Sign injection, min/max, comparison, classification and moves.</summary>
    FloatNonComputational,

    /// <summary>Conversions between integers and floating point, and between its formats.</summary>
    FloatConvert,

    /// <summary>Dot products and sums of neighbours.</summary>
    FloatDotProduct,

    /// <summary>Configuration registers of streams.</summary>
    Stream,

    /// <summary>Repetition of FP instructions.</summary>
    Repeat,

    /// <summary>LR, SC and AMO.</summary>
    Atomic,

    /// <summary>CSR accesses.</summary>
    Csr,

    /// <summary>fence and fence.i.</summary>
    Fence,

    /// <summary>ecall, ebreak, mret, wfi and illegal words.</summary>
    System,
}

/// <summary>
/// How a core that runs ahead of its FP subsystem hands an instruction over (Snitch; docs/timing.md): the sequencer can
/// repeat what is buffered, but not what bypasses the buffer.
/// </summary>
public enum Handover : byte
{
    /// <summary>Not at all: the core executes it.</summary>
    None,

    /// <summary>Through the sequencer's buffer.</summary>
    Buffered,

    /// <summary>Past the buffer, after it is empty.</summary>
    Direct,
}
