namespace Trainable.Server.Platform;

/// <summary>How one server runs. Each value has a variable and a default; all problems are reported at once.</summary>
internal sealed record ServerOptions
{
    /// <summary><c>TRAINABLE_HOME</c>; default <c>~/.trainable</c>.</summary>
    public required string Home { get; init; }

    /// <summary>0 takes any free port.</summary>
    public int Port { get; init; } = 8000;

    /// <summary><c>TRAINABLE_HOST</c>; an address other than loopback needs a token or <c>TRAINABLE_AUTH=none</c>.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Take up runs that an earlier process left; off for a server that is there for a moment only.</summary>
    public bool ResumeRuns { get; init; } = true;

    /// <summary><c>TRAINABLE_AUTH=none</c> switches tokens off, for trusted set-ups.</summary>
    public bool RequireToken { get; init; } = true;

    /// <summary><c>TRAINABLE_TOKEN</c>; a random one otherwise.</summary>
    public string? Token { get; init; }

    /// <summary><c>TRAINABLE_ORIGINS</c>, separated by commas: front ends on other origins that may call the API.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary><c>TRAINABLE_HOSTS</c>: names besides loopback's by which the server may be called.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary><c>DATABASE_URL</c>: a PostgreSQL database; null for SQLite in the home.</summary>
    public DatabaseUrl? Database { get; init; }

    public static ServerOptions FromEnvironment(string? home = null, int? port = null)
    {
        DatabaseUrl? database = null;
        string? problem = null;
        var wrongDatabase =
            Variable("DATABASE_URL") is { } url && !DatabaseUrl.TryParse(url, out database, out problem)
                ? problem
                : null;
        var options = new ServerOptions
        {
            Home = HomeOf(home),
            Port = port ?? ReadPort(),
            Host = Variable("TRAINABLE_HOST") ?? "127.0.0.1",
            RequireToken = Variable("TRAINABLE_AUTH") is not "none",
            Token = Variable("TRAINABLE_TOKEN"),
            Origins = [.. List("TRAINABLE_ORIGINS").Select(origin => origin.TrimEnd('/'))],
            Hosts = List("TRAINABLE_HOSTS"),
            Database = database,
        };
        options.Validate(wrongDatabase);
        return options;
    }

    /// <summary>The home that is named, else <c>TRAINABLE_HOME</c>, else the usual one.</summary>
    public static string HomeOf(string? named) => named ?? Variable("TRAINABLE_HOME") ?? DefaultHome();

    private static string DefaultHome() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".trainable");

    private static int ReadPort() =>
        Variable("TRAINABLE_PORT") is not { } text ? 8000
        : int.TryParse(text, out var number) ? number
        : throw new UserFacingException($"TRAINABLE_PORT is '{text}'; a port is a number between 0 and 65535.");

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string[] List(string name) =>
        (Variable(name) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private void Validate(string? wrongDatabase)
    {
        var problems = new List<string>();
        if (wrongDatabase is not null)
            problems.Add(wrongDatabase);
        if (Port is < 0 or > 65_535)
            problems.Add($"TRAINABLE_PORT is {Port}; a port lies between 0 and 65535.");
        if (Variable("TRAINABLE_AUTH") is { } auth && auth is not ("none" or "token"))
            problems.Add($"TRAINABLE_AUTH is '{auth}'; it can be 'token' (the default) or 'none'.");
        if (!System.Net.IPAddress.TryParse(Host, out _))
            problems.Add($"TRAINABLE_HOST is '{Host}'; it takes an IP address such as 127.0.0.1 or 0.0.0.0.");
        foreach (var origin in Origins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.AbsolutePath != "/")
                problems.Add($"TRAINABLE_ORIGINS holds '{origin}'; an origin looks like http://localhost:3000.");
        }
        if (problems.Count > 0)
            throw new UserFacingException(string.Join(' ', problems));
    }
}
