using System.Collections.Concurrent;
using AhwaLora.Common.Files;

namespace AhwaLora.Common.Work;

/// <summary>Independent runs on the host's cores.</summary>
public static class HostCores
{
    /// <summary>Does the work for each item, started in order, at most <paramref name="jobs"/> at a time. <paramref name="done"/> is called after each, by one thread at a time.</summary>
    /// <exception cref="UserErrorException">An item's work threw one; the first is passed on.</exception>
    public static void ForEach<T>(IList<T> items, int jobs, Action<T> work, Action? done = null)
    {
        var gate = new Lock();
        try
        {
            Parallel.ForEach(Partitioner.Create(items, loadBalance: true), new ParallelOptions { MaxDegreeOfParallelism = jobs }, item =>
            {
                work(item);
                lock (gate) done?.Invoke();
            });
        }
        catch (AggregateException e) when (e.Flatten().InnerExceptions.OfType<UserErrorException>().FirstOrDefault() is { } error)
        {
            throw new UserErrorException(error.Message, e);
        }
    }
}
