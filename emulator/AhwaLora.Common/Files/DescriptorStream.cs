using System.Runtime.InteropServices;

namespace AhwaLora.Common.Files;

/// <summary>Writes to a descriptor that the process was started with. The console's stream of .NET would discard what nobody reads, in silence.</summary>
/// <param name="descriptor">Its number, on Unix.</param>
internal sealed partial class DescriptorStream(int descriptor) : Stream
{
    private const int Interrupted = 4, Again = 11, AgainOnMac = 35, PipeIsBroken = 32; // EINTR, EAGAIN, EPIPE
    private const int PollOut = 4, Forever = -1;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The write failed for another reason than that nobody reads.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = Write(descriptor, buffer, (nuint)buffer.Length);
            if (written >= 0) buffer = buffer[(int)written..];
            else Recover(Marshal.GetLastPInvokeError());
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Returns if the write can be tried again.</summary>
    private void Recover(int error)
    {
        switch (error)
        {
            case Interrupted:
                return;
            case Again or AgainOnMac:
                var poll = new PollDescriptor { Descriptor = descriptor, Events = PollOut };
                _ = Poll(ref poll, 1, Forever);
                return;
            case PipeIsBroken:
                BrokenPipe.End();
                return;
            default:
                throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeout);

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events, Returned;
    }
}
