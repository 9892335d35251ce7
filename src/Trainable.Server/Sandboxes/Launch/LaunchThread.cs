using System.Collections.Concurrent;
using System.Diagnostics;
using Trainable.Server.Platform.Linux;

namespace Trainable.Server.Sandboxes.Launch;

/// <summary>
/// Starts every sandbox from one thread that lives as long as the server. bubblewrap's <c>--die-with-parent</c> is
/// PR_SET_PDEATHSIG, and there "parent" means the thread that forked: started from the pool, a sandbox would be killed
/// whenever the pool retires that thread.
/// </summary>
internal sealed class LaunchThread : IDisposable
{
    private const int FirstAfterStandardStreams = 3;

    private readonly BlockingCollection<Request> _requests = [];
    private readonly Thread _thread;

    public LaunchThread()
    {
        _thread = new Thread(Serve) { IsBackground = true, Name = "sandbox-launch" };
        _thread.Start();
    }

    /// <exception cref="System.ComponentModel.Win32Exception">The program could not be started.</exception>
    public Task<Process> StartAsync(ProcessStartInfo start)
    {
        var request = new Request(start);
        _requests.Add(request);
        return request.Started.Task;
    }

    private void Serve()
    {
        foreach (var request in _requests.GetConsumingEnumerable())
        {
            try
            {
                Libc.CloseOnExecFrom(FirstAfterStandardStreams);
                request.Started.SetResult(Process.Start(request.Start)!);
            }
            catch (Exception failure)
            {
                request.Started.SetException(failure);
            }
        }
    }

    public void Dispose()
    {
        _requests.CompleteAdding();
        _thread.Join();
        _requests.Dispose();
    }

    private sealed record Request(ProcessStartInfo Start)
    {
        public TaskCompletionSource<Process> Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
