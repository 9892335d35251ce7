using System.Net;
using System.Net.Sockets;
using Trainable.Cli.Api;
using Trainable.Cli.Terminal;
using Trainable.Server.Platform;

namespace Trainable.Cli.Doctor;

/// <summary>The home, who serves it, the port and the database.</summary>
internal sealed class Surroundings(ServerOptions options, TimeProvider clock)
{
    private const string Group = "Place";
    private const long ComfortableSpace = 2_000_000_000;
    private const long LeastSpace = 100_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>What there is to say of the home, and the home itself where it can be written to.</summary>
    public (IReadOnlyList<Finding> Findings, TrainableHome? Home) ExamineHome()
    {
        try
        {
            var home = new TrainableHome(options.Home);
            var trial = Path.Combine(home.Scratch, $"doctor-{Guid.CreateVersion7():N}");
            File.WriteAllBytes(trial, new byte[4096]);
            File.Delete(trial);
            return ([Finding.Ok(Group, "home", $"{home.Root} can be written to."), Space(home)], home);
        }
        catch (IOException full) when (DiskFull.Is(full))
        {
            return ([Finding.Broken(Group, "home", $"The disk of {options.Home} is full.", "free some space")], null);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return (
                [
                    Finding.Broken(
                        Group,
                        "home",
                        $"{options.Home} cannot be written to ({refused.Message.TrimEnd('.')}).",
                        "choose another place with --home DIR or TRAINABLE_HOME"
                    ),
                ],
                null
            );
        }
    }

    public async Task<IReadOnlyList<Finding>> ExamineServerAsync(TrainableHome home, CancellationToken cancellation)
    {
        var (finding, url) = await OwnerAsync(home, cancellation);
        return [finding, Port(url), await DatabaseAsync(home, cancellation)];
    }

    private static Finding Space(TrainableHome home)
    {
        var free = new DriveInfo(home.Root).AvailableFreeSpace;
        var sentence = $"{Words.Bytes(free)} are free.";
        return free switch
        {
            < LeastSpace => Finding.Broken(
                Group,
                "space",
                sentence,
                "free some space: a run writes some hundred megabytes"
            ),
            < ComfortableSpace => Finding.Warning(Group, "space", sentence, "a large dataset may need more"),
            _ => Finding.Ok(Group, "space", sentence),
        };
    }

    private async Task<(Finding Finding, Uri? Url)> OwnerAsync(TrainableHome home, CancellationToken cancellation)
    {
        if (HomeLock.ReadOwner(home) is not { } owner)
            return (Finding.Ok(Group, "server", "Nobody serves this home now; the next command does."), null);
        using var limit = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var who = $"process {owner.Pid} ('{owner.Command}')";
        try
        {
            using var api = new ApiClient(owner.Url, owner.Token);
            await api.HealthAsync(either.Token);
            return (Finding.Ok(Group, "server", $"Served by {who} at {owner.Url}"), owner.Url);
        }
        catch (Exception silent)
            when (silent is HttpRequestException or ApiException or OperationCanceledException
                && !cancellation.IsCancellationRequested
            )
        {
            return Directory.Exists($"/proc/{owner.Pid}")
                ? (
                    Finding.Broken(
                        Group,
                        "server",
                        $"{who} serves this home by its lock, but does not answer at {owner.Url}",
                        $"end it (kill {owner.Pid}), and try again"
                    ),
                    owner.Url
                )
                : (Finding.Ok(Group, "server", $"{who} was killed; the next command takes its place."), null);
        }
    }

    private Finding Port(Uri? owner)
    {
        if (options.Port == 0)
            return Finding.Ok(Group, "port", "Any free port");
        if (owner?.Port == options.Port)
            return Finding.Ok(Group, "port", $"{options.Port} is this home's own.");
        try
        {
            using var trial = new Socket(SocketType.Stream, ProtocolType.Tcp);
            trial.Bind(new IPEndPoint(IPAddress.Parse(options.Host), options.Port));
            return Finding.Ok(Group, "port", $"{options.Host}:{options.Port} is free for 'up'.");
        }
        catch (SocketException refused) when (refused.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            return Finding.Warning(
                Group,
                "port",
                $"Port {options.Port} is in use by another program, so 'up' cannot have it; 'run' takes any.",
                "trainable up --port 0, or TRAINABLE_PORT"
            );
        }
        catch (SocketException refused)
        {
            return Finding.Warning(
                Group,
                "port",
                $"'up' cannot listen at {options.Host}:{options.Port}: {refused.Message}."
            );
        }
    }

    private async Task<Finding> DatabaseAsync(TrainableHome home, CancellationToken cancellation)
    {
        const string name = "database";
        if (options.Database is { } url)
        {
            var where = $"PostgreSQL database {url.Database} at {url}";
            return await Reach.TryAsync(url.Host, url.Port, clock, cancellation) is { } problem
                ? Finding.Broken(
                    Group,
                    name,
                    $"{where} cannot be reached: {problem}.",
                    "start it, or correct DATABASE_URL"
                )
                : Finding.Ok(Group, name, $"{where} can be reached.");
        }
        var file = new FileInfo(home.Database);
        return Finding.Ok(
            Group,
            name,
            file.Exists ? $"SQLite, {Words.Bytes(file.Length)}" : "SQLite, made by the first command"
        );
    }
}
