using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;
using Trainable.Server.Platform;

namespace Trainable.Tests.App;

/// <summary>A PostgreSQL server of the tests' own, in a temporary directory, on a Unix socket and a free port.</summary>
internal sealed class PostgresCluster : IAsyncDisposable
{
    public const string User = "trainable";

    /// <summary>Over TCP; the socket asks for none. It has what a URL has to encode.</summary>
    public const string Password = "p@ss:w/rd%";

    private readonly string _directory;
    private readonly Process _keeper;
    private int _databases;

    private PostgresCluster(string directory, int port, Process keeper)
    {
        _directory = directory;
        Port = port;
        _keeper = keeper;
    }

    public int Port { get; }

    public static bool IsInstalled { get; } =
        Directory.Exists("/usr/lib/postgresql")
        && Directory
            .EnumerateDirectories("/usr/lib/postgresql")
            .Any(one => File.Exists(Path.Combine(one, "bin/initdb")));

    /// <summary>Skips the test where PostgreSQL is not installed; fails it under CI.</summary>
    public static void Require()
    {
        if (IsInstalled)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail("PostgreSQL is not installed; './trainable setup --tests' installs it.");
        Assert.Skip("PostgreSQL is not installed.");
    }

    public static async Task<PostgresCluster> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("trainable-pg-").FullName;
        var port = FreePort();
        // In a session of its own: what ends the tests' process group must leave the keeper to end the server.
        var start = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        string script = Path.Combine(AppContext.BaseDirectory, "postgres.sh");
        foreach (var argument in new[] { "bash", script, directory, port.ToString(), Password })
            start.ArgumentList.Add(argument);
        var cluster = new PostgresCluster(directory, port, Process.Start(start)!);
        try
        {
            await cluster.TellAsync("start");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>start, stop or restart; the last two as a crash would.</summary>
    public async Task TellAsync(string command)
    {
        using var patience = new CancellationTokenSource(TrainableApp.Patience);
        await _keeper.StandardInput.WriteLineAsync(command.AsMemory(), patience.Token);
        await _keeper.StandardInput.FlushAsync(patience.Token);
        if (await _keeper.StandardOutput.ReadLineAsync(patience.Token) is null)
            throw new InvalidOperationException($"PostgreSQL did not {command}; what it said is on stderr.");
    }

    /// <summary>A database by way of the Unix socket.</summary>
    public DatabaseUrl Url(string database) =>
        Parse($"postgres://{User}@/{database}?host={Uri.EscapeDataString(_directory)}&port={Port}");

    /// <summary>A database over TCP, as text.</summary>
    public string TcpUrl(string database, int? port = null, string password = Password) =>
        $"postgres://{User}:{Uri.EscapeDataString(password)}@127.0.0.1:{port ?? Port}/{database}";

    public static DatabaseUrl Parse(string url) =>
        DatabaseUrl.TryParse(url, out var parsed, out var problem)
            ? parsed
            : throw new InvalidOperationException(problem);

    /// <summary>Makes an empty database, or a copy of another one.</summary>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"CREATE DATABASE {name}" + (template is null ? "" : $" TEMPLATE {template}"));
        return name;
    }

    public Task DropDatabaseAsync(string name) => ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    public async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = await ConnectAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> AskAsync<T>(string sql, string database)
    {
        await using var connection = await ConnectAsync(database);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.StandardInput.Close();
        using var patience = new CancellationTokenSource(TrainableApp.Patience);
        await _keeper.WaitForExitAsync(patience.Token);
        _keeper.Dispose();
    }

    private async Task<NpgsqlConnection> ConnectAsync(string database)
    {
        // Without a pool: an idle connection of ours would keep a database from being copied.
        var connection = new NpgsqlConnection(
            $"Host={_directory};Port={Port};Username={User};Database={database};Pooling=false"
        );
        await connection.OpenAsync();
        return connection;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
