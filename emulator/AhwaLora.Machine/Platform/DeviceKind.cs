using AhwaLora.Machine.Bus;
using AhwaLora.Machine.Bus.Registers;

namespace AhwaLora.Machine.Platform;

/// <summary>A kind of device: its name, its datasheet and how it is made.</summary>
/// <param name="Name">The type in a platform file's <c>devices</c>; also its name in reports.</param>
/// <param name="Registers">The datasheet, which tells its size before it is made.</param>
/// <param name="Build">Makes one for a site.</param>
public sealed record DeviceKind(string Name, RegisterMap Registers, Func<DeviceSite, IDevice> Build)
{
    /// <summary>The source of the PLIC for that of cluster 0, or for the first of a row; 0 for none.</summary>
    public uint Source { get; init; }

    /// <summary>True if a platform may hold a row of them, numbered consecutively over all clusters.</summary>
    public bool IsRow { get; init; }

    /// <summary>Finds the description of a device of the machine; null for a kind that clusters have.</summary>
    internal Func<PlatformDescription, IDeviceDescription?>? OfMachine { get; private init; }

    /// <summary>Finds the description in a cluster's; null for a kind that the machine has, or that its <c>devices</c> list.</summary>
    internal Func<ClusterDescription, IDeviceDescription?>? OfCluster { get; private init; }

    /// <summary>The field in which a platform file describes it.</summary>
    internal string Field { get; private init; } = Name;

    /// <summary>A kind that the machine has one of, with a description of its own.</summary>
    public static DeviceKind ForMachine<T>(string name, RegisterMap registers, Func<PlatformDescription, T?> find, Func<T, DeviceSite, IDevice> build)
        where T : class, IDeviceDescription => new(name, registers, site => build((T)site.Description, site)) { OfMachine = find };

    /// <summary>A kind that each cluster may have, with a description of its own, in a file's field <paramref name="field"/>.</summary>
    public static DeviceKind ForCluster<T>(string field, string name, RegisterMap registers, Func<ClusterDescription, T?> find, Func<T, DeviceSite, IDevice> build)
        where T : class, IDeviceDescription => new(name, registers, site => build((T)site.Description, site)) { OfCluster = find, Field = field };
}

/// <summary>A device that a platform asks for.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Description">What the platform says about it.</param>
/// <param name="Field">Where in the file that stands.</param>
/// <param name="Name">Its name.</param>
/// <param name="Cluster">Number of its cluster; null for a device of the machine.</param>
/// <param name="Number">Its number among all of its kind.</param>
/// <param name="Base">First address; of a platform that breaks a rule it may lie beyond 32 bits.</param>
/// <param name="Source">Its source of the PLIC; 0 for none.</param>
public sealed record PlannedDevice(DeviceKind Kind, IDeviceDescription Description, string Field, string Name, int? Cluster, int Number, ulong Base, uint Source);
