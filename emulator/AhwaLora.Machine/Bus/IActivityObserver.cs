namespace AhwaLora.Machine.Bus;

/// <summary>A span of time in which a part of a device did one thing.</summary>
/// <param name="Lane">The part; what it does never overlaps: <c>integrate</c>, <c>transfers</c>.</param>
/// <param name="Name">What it did.</param>
/// <param name="Begin">First cycle.</param>
/// <param name="End">First cycle behind it.</param>
/// <param name="Details">What else there is to know.</param>
public readonly record struct Activity(string Lane, string Name, ulong Begin, ulong End, params IReadOnlyList<ActivityDetail> Details);

/// <summary>A number that belongs to an activity.</summary>
/// <param name="Name">In snake_case, the unit at its end.</param>
/// <param name="Value">The number.</param>
public readonly record struct ActivityDetail(string Name, ulong Value);

/// <summary>Hears what devices do. It looks on: nothing in the machine depends on it.</summary>
public interface IActivityObserver
{
    /// <summary>A device has done something, or has begun what nothing can stop.</summary>
    void Acted(string device, in Activity activity);
}
