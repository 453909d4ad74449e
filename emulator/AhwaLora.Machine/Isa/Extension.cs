namespace AhwaLora.Machine.Isa;

/// <summary>An instruction-set extension. A machine enables a set of them; each row belongs to one.</summary>
[Flags]
public enum Extension
{
    /// <summary>No extension.</summary>
    None = 0,

    /// <summary>RV32I, the base integer instruction set.</summary>
    I = 1 << 0,

    /// <summary>Integer multiplication and division.</summary>
    M = 1 << 1,

    /// <summary>Atomic instructions (LR/SC and AMO).</summary>
    A = 1 << 2,

    /// <summary>Single-precision floating point.</summary>
    F = 1 << 3,

    /// <summary>Compressed instructions (Zca and Zcf).</summary>
    C = 1 << 4,

    /// <summary>CSR instructions.</summary>
    Zicsr = 1 << 5,

    /// <summary>Instruction-fetch fence.</summary>
    Zifencei = 1 << 6,

    /// <summary>The privileged instructions: mret and wfi.</summary>
    Privileged = 1 << 7,

    /// <summary>Double-precision floating point: f registers are 64 bits wide.</summary>
    D = 1 << 8,

    /// <summary>The loads, stores, moves and conversions of half precision.</summary>
    Zfhmin = 1 << 9,

    /// <summary>Half-precision floating point beyond <see cref="Zfhmin"/>.</summary>
    Zfh = 1 << 10,

    /// <summary>Snitch's packed S and H.</summary>
    Xfvec = 1 << 11,

    /// <summary>Snitch's dot products and sums that widen.</summary>
    Xfdotp = 1 << 12,

    /// <summary>Snitch's streams on f registers.</summary>
    Xssr = 1 << 13,

    /// <summary>Snitch's repetition of FP instructions.</summary>
    Xfrep = 1 << 14,

    /// <summary>All extensions that RISC-V International has not standardised: misa.X.</summary>
    NonStandard = Xfvec | Xfdotp | Xssr | Xfrep,
}
