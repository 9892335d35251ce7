using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Trainable.Server.Platform;

/// <summary>
/// <c>DATABASE_URL</c> as PostgreSQL's own programs read it, but strict: what is missing or not understood is refused, in a
/// sentence that repeats nothing of the URL in which a password might stand.
/// </summary>
internal sealed class DatabaseUrl
{
    public const int DefaultPort = 5432;

    private const string Form = "postgres://user:password@host:5432/database";

    /// <summary>What may stand after the question mark; the first six also have a place of their own before it.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "host",
        "port",
        "user",
        "password",
        "dbname",
        "sslmode",
        "sslrootcert",
        "sslcert",
        "sslkey",
        "channel_binding",
        "connect_timeout",
        "application_name",
        "options",
    };

    private static readonly Dictionary<string, string[]> Choices = new(StringComparer.Ordinal)
    {
        ["sslmode"] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
        ["channel_binding"] = ["disable", "prefer", "require"],
    };

    private readonly Dictionary<string, string> _parts;

    private DatabaseUrl(Dictionary<string, string> parts) => _parts = parts;

    /// <summary>A name, an address (IPv6 without its brackets), or the directory of a Unix socket.</summary>
    public string Host => _parts["host"];

    public int Port =>
        _parts.TryGetValue("port", out var port) ? int.Parse(port, CultureInfo.InvariantCulture) : DefaultPort;

    public string Database => _parts["dbname"];

    public string? User => this["user"];

    public string? Password => this["password"];

    /// <summary>A parameter as written; null when it is not there.</summary>
    public string? this[string name] => _parts.GetValueOrDefault(name);

    /// <summary>Where the server is, for people; never who may enter it.</summary>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Reads a URL; says in one sentence what is wrong with one that cannot be read.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out DatabaseUrl? url,
        [NotNullWhen(false)] out string? problem
    )
    {
        url = null;
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        problem = Read(text, parts) ?? Check(parts);
        if (problem is not null)
            return false;
        url = new DatabaseUrl(parts);
        return true;
    }

    private static string? Read(string text, Dictionary<string, string> parts)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        if (start < 0 || text[..start] is not ("postgres" or "postgresql"))
            return $"DATABASE_URL is not a PostgreSQL URL: it looks like {Form}.";
        var rest = text[(start + 3)..];
        var (place, query) = Cut(rest, rest.IndexOf('?'));
        var (authority, path) = Cut(place, place.IndexOf('/'));
        // The last @ ends the password: one that holds an @ itself is common, and can mean nothing else.
        var (server, login) = authority.LastIndexOf('@') is var at and >= 0
            ? (authority[(at + 1)..], authority[..at])
            : (authority, "");
        var (user, password) = Cut(login, login.IndexOf(':'));
        var (host, port) = CutPort(server);
        (string Name, string Text)[] read =
        [
            ("user", user),
            ("password", password),
            ("host", host),
            ("port", port),
            ("dbname", path),
        ];
        foreach (var (name, encoded) in read)
        {
            if (!TryDecode(encoded, out var value))
                return NotDecodable(name == "dbname" ? "database" : name);
            if (value.Length > 0)
                parts[name] = value;
        }
        return ReadQuery(query, parts);
    }

    private static string? ReadQuery(string query, Dictionary<string, string> parts)
    {
        foreach (var one in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, encoded) = Cut(one, one.IndexOf('='));
            if (!Known.Contains(name))
                return "DATABASE_URL has a parameter that is not known here after its '?': it may have "
                    + $"{string.Join(", ", Known)}.";
            if (!TryDecode(encoded, out var value))
                return NotDecodable(name);
            if (value.Length > 0)
                parts[name] = value;
        }
        return null;
    }

    private static string? Check(Dictionary<string, string> parts)
    {
        if (!parts.TryGetValue("host", out var host))
            return $"DATABASE_URL names no host: it looks like {Form}, "
                + "or postgres:///database?host=/var/run/postgresql for a Unix socket.";
        if (!host.StartsWith('/') && Uri.CheckHostName(host) == UriHostNameType.Unknown)
            return "DATABASE_URL has a host that is neither a name nor an address; an IPv6 address stands in brackets, "
                + "and / : @ ? in a password are written %2F %3A %40 %3F.";
        if (
            parts.TryGetValue("port", out var port)
            && !(
                int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number is > 0 and <= 65_535
            )
        )
            return "DATABASE_URL has a port that is no number between 1 and 65535; "
                + "/ : @ ? in a password are written %2F %3A %40 %3F.";
        if (!parts.ContainsKey("dbname"))
            return $"DATABASE_URL names no database: it looks like {Form}.";
        foreach (var (name, choices) in Choices)
        {
            if (parts.TryGetValue(name, out var value) && !choices.Contains(value, StringComparer.Ordinal))
                return $"DATABASE_URL has an unknown {name}: it can be {string.Join(", ", choices)}.";
        }
        return
            parts.TryGetValue("connect_timeout", out var seconds)
            && !(
                int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                && limit is > 0 and <= 1024
            )
            ? "DATABASE_URL has a connect_timeout that is no number of seconds between 1 and 1024."
            : null;
    }

    /// <summary>Splits a host from its port; the colons of a bracketed IPv6 address are its own.</summary>
    private static (string Host, string Port) CutPort(string server)
    {
        if (server.StartsWith('[') && server.IndexOf(']') is var end and > 0)
        {
            var address = server[1..end];
            var after = server[(end + 1)..];
            if (IPAddress.TryParse(address, out _) && after is "" or [':', ..])
                return (address, after.TrimStart(':'));
        }
        // More colons than one are an address without its brackets: left whole, it is refused as a host.
        return server.IndexOf(':') == server.LastIndexOf(':') ? Cut(server, server.IndexOf(':')) : ("?", "");
    }

    /// <summary>What stands before and after a separator; all of it before when there is none.</summary>
    private static (string Before, string After) Cut(string text, int separator) =>
        separator < 0 ? (text, "") : (text[..separator], text[(separator + 1)..]);

    private static bool TryDecode(string encoded, out string value)
    {
        value = encoded;
        if (!encoded.Contains('%'))
            return true;
        var bytes = new List<byte>(encoded.Length);
        for (var index = 0; index < encoded.Length; )
        {
            var percent = encoded.IndexOf('%', index);
            var literal = percent < 0 ? encoded.Length : percent;
            bytes.AddRange(Encoding.UTF8.GetBytes(encoded[index..literal]));
            index = literal;
            if (percent < 0)
                break;
            if (
                percent + 2 >= encoded.Length
                || !byte.TryParse(
                    encoded.AsSpan(percent + 1, 2),
                    NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture,
                    out var one
                )
                || one == 0
            )
                return false;
            bytes.Add(one);
            index += 3;
        }
        try
        {
            value = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString([.. bytes]);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static string NotDecodable(string part) =>
        $"DATABASE_URL has a {part} that cannot be decoded: a percent sign stands before two hexadecimal digits, "
        + "and by itself is written %25.";
}
