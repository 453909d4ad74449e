namespace AhwaLora.Machine.Host;

/// <summary>
/// Error numbers that guests see: Linux's, as Spike's proxy answers them. Newlib and picolibc use the same numbers
/// below 35.
/// </summary>
public static class Errno
{
#pragma warning disable CS1591 // The names are POSIX's.
    public const int ENOENT = 2;
    public const int EIO = 5;
    public const int EBADF = 9;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EFAULT = 14;
    public const int EEXIST = 17;
    public const int ENOTDIR = 20;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int EMFILE = 24;
    public const int ESPIPE = 29;
    public const int ENAMETOOLONG = 36;
    public const int ENOSYS = 38;
    public const int ELOOP = 40;
#pragma warning restore CS1591
}
