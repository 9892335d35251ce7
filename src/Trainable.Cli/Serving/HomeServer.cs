using System.Net.Sockets;
using Trainable.Cli.Api;
using Trainable.Server;
using Trainable.Server.Platform;

namespace Trainable.Cli.Serving;

/// <summary>
/// The server of a home, whoever runs it: the process that holds the home's lock, or else this one. Should the owner go away
/// while this command still needs it, <see cref="RecoverAsync"/> finds the next owner or takes its place.
/// </summary>
internal sealed class HomeServer : IServerSource, IAsyncDisposable
{
    /// <summary>What <c>logs -f</c> is called as an owner: it stays as long as the run it follows.</summary>
    public const string Following = "logs -f";

    /// <summary>What <c>chat</c> is called as an owner.</summary>
    public const string Chatting = "chat";

    /// <summary>What <c>mcp</c> is called as an owner: it stays as long as its client.</summary>
    public const string Bridging = "mcp";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ServerOptions _options;
    private readonly string _command;
    private readonly TimeProvider _clock;
    private HomeLock? _lock;
    private RunningServer? _server;
    private ApiClient? _api;

    private HomeServer(ServerOptions options, TrainableHome home, string command, TimeProvider clock)
    {
        _options = options;
        Home = home;
        _command = command;
        _clock = clock;
    }

    public TrainableHome Home { get; }

    public ApiClient Api => _api ?? throw new InvalidOperationException("The server has not been opened.");

    /// <summary>Set while this process serves the home itself.</summary>
    public RunningServer? Own => _server;

    /// <summary>Set while another process serves the home.</summary>
    public HomeOwner? Owner { get; private set; }

    /// <summary>What becomes of a run when this command leaves before its end; null when another process serves the home.</summary>
    public string? LeavesRunBehind =>
        Own is null
            ? null
            : "This command served the home itself, so what runs is put down now; the next 'up', 'run' or 'logs -f' takes it up.";

    /// <summary>Connects to the home's owner, or becomes it and listens at the port (0 for any, null for the usual one).</summary>
    /// <exception cref="CommandException">The home cannot be used, or no server can be reached or started.</exception>
    public static async Task<HomeServer> OpenAsync(
        string? home,
        int? port,
        string command,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        // A command that only looks takes up no runs: it would be gone before they got anywhere.
        var options = Options(home, port) with
        {
            ResumeRuns = Lasts(command) || command == "stop",
        };
        var server = new HomeServer(options, OpenHome(options.Home), command, clock);
        try
        {
            await server.ConnectAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task RecoverAsync(CancellationToken cancellation)
    {
        if (_server is null)
            await ConnectAsync(cancellation);
    }

    /// <summary>Asks the server; when its owner goes away over it, asks the next one once more.</summary>
    public async Task<T> AskAsync<T>(Func<ApiClient, Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask(Api);
        }
        catch (Exception lost) when (_server is null && lost is HttpRequestException or IOException)
        {
            await RecoverAsync(cancellation);
            return await ask(Api);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        _lock?.Dispose();
    }

    /// <summary>
    /// Takes the lock or talks to its holder. Between the two lie moments in which neither works (the holder is starting, or
    /// has just stopped), so both are tried in turn for a while.
    /// </summary>
    private async Task ConnectAsync(CancellationToken cancellation)
    {
        var since = _clock.GetTimestamp();
        while (true)
        {
            if (TryLock() is { } taken)
            {
                _lock = taken;
                await ServeAsync(cancellation);
                return;
            }
            if (
                HomeLock.ReadOwner(Home) is { } owner
                && (Lasts(owner.Command) || !Lasts(_command))
                && await TryJoinAsync(owner, cancellation)
            )
                return;
            if (_clock.GetElapsedTime(since) > StartPatience)
            {
                throw new CommandException(
                    $"Another process holds {Home.Root} but does not answer. "
                        + $"'fuser {Home.Lock}.held' names it; end it and try again."
                );
            }
            await Task.Delay(Pause, _clock, cancellation);
        }
    }

    /// <summary>
    /// True for owners that stay until a run has ended or a person leaves, and so take up what runs; the others (<c>ls</c>,
    /// <c>show</c>, …) are gone in a moment.
    /// </summary>
    private static bool Lasts(string command) =>
        command is "up" or "run" or "server" or "replay" or "takeover" or Following or Chatting or Bridging;

    private HomeLock? TryLock()
    {
        try
        {
            return HomeLock.TryAcquire(Home);
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            throw Full(full);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(Home.Root, refused);
        }
    }

    private async Task<bool> TryJoinAsync(HomeOwner owner, CancellationToken cancellation)
    {
        var api = new ApiClient(owner.Url, owner.Token);
        try
        {
            await api.HealthAsync(cancellation);
        }
        catch (Exception notThere) when (notThere is HttpRequestException or ApiException)
        {
            api.Dispose();
            return false;
        }
        _api?.Dispose();
        _api = api;
        Owner = owner;
        return true;
    }

    private async Task ServeAsync(CancellationToken cancellation)
    {
        try
        {
            _server = await ServerHost.StartAsync(_options, QuietHost.Configure(Home), cancellation);
        }
        catch (UserFacingException told)
        {
            throw new CommandException(told.Message, inner: told);
        }
        catch (Exception full) when (DiskFull.Is(full))
        {
            throw Full(full);
        }
        catch (SocketException refused)
        {
            throw new CommandException(
                $"The server cannot listen at {_options.Host}:{_options.Port}: {refused.Message}.",
                inner: refused
            );
        }
        _api?.Dispose();
        _api = new ApiClient(_server.Url, _server.Token);
        Owner = null;
        try
        {
            _lock!.Publish(
                new HomeOwner
                {
                    Pid = Environment.ProcessId,
                    Url = _server.Url,
                    Token = _server.Token,
                    Command = _command,
                }
            );
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            throw Full(full);
        }
    }

    private CommandException Full(Exception full) =>
        new($"The disk of {Home.Root} is full. Free some space and try again.", inner: full);

    private static ServerOptions Options(string? home, int? port)
    {
        try
        {
            return ServerOptions.FromEnvironment(home, port);
        }
        catch (UserFacingException wrong)
        {
            throw new CommandException(wrong.Message, ExitCodes.Usage, wrong);
        }
    }

    private static TrainableHome OpenHome(string root)
    {
        try
        {
            return new TrainableHome(root);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(root, refused);
        }
    }

    private static CommandException Unwritable(string root, Exception refused) =>
        new(
            $"{root} cannot be written to ({refused.Message.TrimEnd('.')}). Choose another place with --home DIR or TRAINABLE_HOME.",
            inner: refused
        );
}
