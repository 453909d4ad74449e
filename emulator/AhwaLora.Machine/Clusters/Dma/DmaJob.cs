using AhwaLora.Machine.Bus;
using AhwaLora.Machine.State;
using static AhwaLora.Machine.Clusters.Dma.DmaRegisters;

namespace AhwaLora.Machine.Clusters.Dma;

/// <summary>A copy as a hart programs it: rows of words. Each row begins one stride after the row before it.</summary>
internal struct DmaJob
{
    public uint Source, Destination, BytesPerRow, SourceStride, DestinationStride, Rows;

    /// <summary>Saves or restores its fields.</summary>
    public static void SaveOrRestore(StateStream state, ref DmaJob job)
    {
        state.Field(ref job.Source);
        state.Field(ref job.Destination);
        state.Field(ref job.BytesPerRow);
        state.Field(ref job.SourceStride);
        state.Field(ref job.DestinationStride);
        state.Field(ref job.Rows);
    }

    /// <summary>Bytes of all rows together.</summary>
    public readonly ulong TotalBytes => (ulong)Rows * BytesPerRow;

    /// <summary>Cycles to move all rows, at <paramref name="bytesPerCycle"/> and without contention.</summary>
    public readonly ulong MoveCycles(uint bytesPerCycle) => (ulong)Rows * ((BytesPerRow + bytesPerCycle - 1) / bytesPerCycle);

    /// <summary>The lines of memory that it reads and writes, row by row.</summary>
    public readonly IEnumerable<JobAccess> Accesses
    {
        get
        {
            var job = this;
            return Enumerable.Range(0, (int)Rows).SelectMany(row => new JobAccess[]
            {
                new(job.Source + (uint)row * job.SourceStride, job.BytesPerRow, IsWrite: false),
                new(job.Destination + (uint)row * job.DestinationStride, job.BytesPerRow, IsWrite: true),
            });
        }
    }

    /// <summary>The error of the request in <paramref name="space"/>, or none. The argument is the value of the register, or the address, that is wrong.</summary>
    public readonly DmaError Judge(AddressSpace space, out uint argument)
    {
        var strides = Rows > 1 ? SourceStride | DestinationStride : 0;
        if (((Source | Destination | BytesPerRow | strides) & 3) != 0)
        {
            argument = (Source & 3) != 0 ? Source : (Destination & 3) != 0 ? Destination : (BytesPerRow & 3) != 0 ? BytesPerRow : (SourceStride & 3) != 0 ? SourceStride : DestinationStride;
            return DmaError.Misaligned;
        }

        argument = Rows;
        if (Rows is 0 or > MaxRows) return DmaError.Size;
        argument = BytesPerRow;
        if (BytesPerRow == 0 || TotalBytes > MaxTotalBytes) return DmaError.Size;
        var error = JudgeRows(space, Source, SourceStride, out argument);
        return error == DmaError.None ? JudgeRows(space, Destination, DestinationStride, out argument) : error;
    }

    /// <summary>Checks all rows. They are equally spaced, so all lie in one memory if the first and the last do.</summary>
    private readonly DmaError JudgeRows(AddressSpace space, uint first, uint stride, out uint argument)
    {
        argument = first;
        var last = first + (long)(int)stride * (Rows - 1);
        if (space.FindMemory(first, BytesPerRow) is not { } memory) return space.FindDevice(first, 4) is null ? DmaError.Unmapped : DmaError.Device;
        if (last is >= 0 and <= uint.MaxValue && memory.Contains((uint)last, BytesPerRow))
        {
            argument = 0;
            return DmaError.None;
        }

        argument = (uint)last;
        return DmaError.Unmapped;
    }
}

/// <summary>A job in the queue.</summary>
internal struct DmaTransfer
{
    public DmaJob Job;
    public int Hart;
    public uint Id;

    /// <summary>Saves or restores its fields.</summary>
    public static void SaveOrRestore(StateStream state, ref DmaTransfer transfer)
    {
        DmaJob.SaveOrRestore(state, ref transfer.Job);
        state.Field(ref transfer.Hart);
        state.Field(ref transfer.Id);
    }
}
