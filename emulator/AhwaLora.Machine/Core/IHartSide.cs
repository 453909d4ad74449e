namespace AhwaLora.Machine.Core;

/// <summary>A part of a hart that executes instructions by itself.</summary>
public interface IHartSide
{
    /// <summary>True while it may have instructions to execute. Only the interpreter then runs the hart.</summary>
    bool IsActive { get; }

    /// <summary>True if the flags of an instruction show only when its result leaves the modelled FPU.</summary>
    bool IsTimed { get; }
}
