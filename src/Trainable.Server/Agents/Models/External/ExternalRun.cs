using System.Globalization;
using System.Threading.Channels;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models.External;

/// <summary>
/// Where the loop of a run and the client that drives it meet. Calls are made one after the other, in the order in which they
/// came, however many clients send them; a call that has begun goes on whether or not anyone waits for it.
/// </summary>
internal sealed class ExternalRun(StageContext context, ExternalOptions options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Channel<ExternalCall> _calls = Channel.CreateUnbounded<ExternalCall>();

    private ExternalCall? _current;
    private TaskCompletionSource<Said?> _told = NewTold();
    private long _lastSign = clock.GetTimestamp();

    public StageContext Context => context;

    /// <summary>The call that is being made; null while the run waits for one.</summary>
    public ExternalCall? Current
    {
        get
        {
            lock (_lock)
                return _current;
        }
    }

    /// <summary>What the client was last told, as soon as the run waits for a call; null when it has ended.</summary>
    public Task<Said?> Told
    {
        get
        {
            lock (_lock)
                return _told.Task;
        }
    }

    /// <summary>The client is there, though it makes no call just now.</summary>
    public void Touch() => Interlocked.Exchange(ref _lastSign, clock.GetTimestamp());

    /// <summary>Takes a call; it is made once those before it have ended.</summary>
    public ExternalCall Send(string tool, IDictionary<string, object?> arguments, string? comment)
    {
        Touch();
        var call = new ExternalCall(tool, arguments, comment);
        if (!_calls.Writer.TryWrite(call))
            call.End(null);
        return call;
    }

    /// <summary>The loop's side: ends the call before with what is said of it, and waits for the next.</summary>
    /// <exception cref="UserFacingException">No call came for so long that the client must have gone.</exception>
    public async Task<ExternalCall> NextAsync(Said said, CancellationToken cancellation)
    {
        Tell(said);
        Touch();
        while (true)
        {
            await WaitAsync(cancellation);
            while (_calls.Reader.TryRead(out var call))
            {
                if (call.IsAbandoned)
                    continue;
                lock (_lock)
                {
                    _current = call;
                    _told = NewTold();
                }
                return call;
            }
        }
    }

    /// <summary>The loop is over: whoever waits is told so.</summary>
    public void Close()
    {
        _calls.Writer.TryComplete();
        Tell(null);
        while (_calls.Reader.TryRead(out var call))
            call.End(null);
    }

    private void Tell(Said? said)
    {
        lock (_lock)
        {
            _current?.End(said);
            _current = null;
            if (_told.TrySetResult(said))
                return;
            _told = NewTold();
            _told.SetResult(said);
        }
    }

    private static TaskCompletionSource<Said?> NewTold() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var left = options.Idle - clock.GetElapsedTime(Interlocked.Read(ref _lastSign));
            if (left <= TimeSpan.Zero)
                throw new UserFacingException(
                    $"No MCP client made a call for {Describe(options.Idle)}, so {context.Stage} was ended. Its files are kept: "
                        + "start the stage again to go on from them."
                );
            using var time = new CancellationTokenSource(left, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, time.Token);
            try
            {
                await _calls.Reader.WaitToReadAsync(either.Token);
                return;
            }
            catch (OperationCanceledException)
                when (time.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                // Somebody may have given a sign of life meanwhile.
            }
        }
    }

    private static string Describe(TimeSpan time) =>
        time.TotalMinutes >= 2
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} minutes")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}
