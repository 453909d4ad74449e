namespace AhwaLora.Machine.Bus;

/// <summary>A span of time in which a part of a device did one thing.</summary>
/// <param name="Lane">The part, such as <c>integrate</c> or <c>transfers</c>; spans of one part never overlap.</param>
/// <param name="Name">What it did.</param>
/// <param name="Begin">First cycle.</param>
/// <param name="End">First cycle after it.</param>
/// <param name="Details">Further facts.</param>
public readonly record struct Activity(string Lane, string Name, ulong Begin, ulong End, params IReadOnlyList<ActivityDetail> Details);

/// <summary>A number that belongs to an activity.</summary>
/// <param name="Name">In snake_case, the unit at its end.</param>
/// <param name="Value">The number.</param>
public readonly record struct ActivityDetail(string Name, ulong Value);

/// <summary>Is told what devices do. It only observes: nothing in the machine depends on it.</summary>
public interface IActivityObserver
{
    /// <summary>A device has done something, or has begun something that cannot be stopped.</summary>
    void Acted(string device, in Activity activity);
}
