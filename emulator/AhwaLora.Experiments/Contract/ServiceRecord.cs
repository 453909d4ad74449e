namespace AhwaLora.Experiments.Contract;

#pragma warning disable CS0649 // The firmware fills in what the host only reads.

/// <summary>Values by which both host and firmware recognise the record.</summary>
[Constants("AHWA_SERVICE_")]
[Meaning("Mark of the record.")]
internal static class ServiceMarks
{
    [Meaning("\"SERV\" in memory")]
    public const uint Magic = 0x56524553;
}

/// <summary>The command of the host.</summary>
[Constants("AHWA_SERVICE_", Tag = "ahwa_service_command")]
[Meaning("What the host asks for.")]
internal enum ServiceCommand
{
    [Meaning("end the run")]
    Stop = 0,

    [Meaning("run `layer`; without adapter if its rank is 0")]
    Run = 1,

    [Meaning("copy the blocks: another task's A and B over this one's")]
    Swap = 2,
}

/// <summary>One copy of a swap.</summary>
[Record("ahwa_service_block")]
[Meaning("One copy; addresses and bytes are multiples of 4.")]
internal struct ServiceBlock
{
    [Meaning("address to write to")] public uint Dst;
    [Meaning("address to read from")] public uint Src;
    [Meaning("how many")] public uint Bytes;
}

/// <summary>The record through which host and service communicate.</summary>
[Record("ahwa_service", Symbol = "service")]
[Meaning("What the host asks for, and what the app says of it.")]
internal struct ServiceRecord
{
    [Meaning("AHWA_SERVICE_MAGIC")] public uint Magic;
    [Meaning("enum ahwa_service_command")] public uint Command;
    [Meaning("SWAP: address of struct ahwa_service_block [block_count]")] public uint Blocks;
    [Meaning("SWAP: how many")] public uint BlockCount;
    [Meaning("commands done, counted by the app")] public uint Served;
    [Meaning("cycles the last SWAP took, from the first copy's launch to the end of the last")] public uint Cycles;
}
