using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Trainable.Server.Platform;

/// <summary>
/// Who may talk to the server, as Jupyter does it: a token in <c>Authorization: Bearer</c>, or once as <c>?token=</c>, which
/// is exchanged for an HttpOnly SameSite cookie. Host and Origin are checked always, so that a page elsewhere can neither
/// rebind a name to this address nor call it with the person's cookie.
/// </summary>
internal sealed class TokenGate(RequestDelegate next, ServerOptions options, AccessToken token)
{
    private const string CookieName = "trainable_token";

    public async Task InvokeAsync(HttpContext http)
    {
        if (!HostAllowed(http.Request.Host.Host))
        {
            await RefuseAsync(http, 421, $"This server does not answer for the host '{http.Request.Host.Host}'.");
            return;
        }
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && !OriginAllowed(origin, http.Request))
        {
            await RefuseAsync(http, 403, $"The origin '{origin}' may not use this server; see TRAINABLE_ORIGINS.");
            return;
        }
        if (!options.RequireToken || IsOpen(http.Request) || HasToken(http))
        {
            await next(http);
            return;
        }
        await RefuseAsync(
            http,
            401,
            "A token is needed: open the URL that 'trainable up' printed, or send 'Authorization: Bearer TOKEN'."
        );
    }

    /// <summary>Health checks need no token; preflights carry none by design.</summary>
    private static bool IsOpen(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method)
        || request.Path.StartsWithSegments("/api/health", StringComparison.Ordinal);

    private bool HasToken(HttpContext http)
    {
        var bearer = http.Request.Headers.Authorization.ToString();
        if (bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && token.Matches(bearer[7..].Trim()))
            return true;
        if (http.Request.Cookies[CookieName] is { } cookie && token.Matches(cookie))
            return true;
        if (http.Request.Query["token"].ToString() is not { Length: > 0 } query || !token.Matches(query))
            return false;
        http.Response.Cookies.Append(
            CookieName,
            query,
            new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = http.Request.IsHttps,
                MaxAge = TimeSpan.FromDays(30),
            }
        );
        return true;
    }

    private bool HostAllowed(string host) =>
        host is "localhost"
        || (
            IPAddress.TryParse(host.Trim('[', ']'), out var address)
            && (IPAddress.IsLoopback(address) || !IsLoopbackOnly)
        )
        || options.Hosts.Contains(host, StringComparer.OrdinalIgnoreCase);

    private bool IsLoopbackOnly => IPAddress.IsLoopback(IPAddress.Parse(options.Host));

    private bool OriginAllowed(string origin, HttpRequest request) =>
        options.Origins.Contains(origin.TrimEnd('/'), StringComparer.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority == request.Host.Value);

    private static async Task RefuseAsync(HttpContext http, int status, string detail) =>
        await TypedResults.Problem(detail, statusCode: status).ExecuteAsync(http);
}

/// <summary>The server's token; compared in constant time.</summary>
internal sealed class AccessToken(string value)
{
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));

    public string Value => value;

    public static AccessToken Random() => new(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));

    public bool Matches(string candidate) =>
        CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(candidate)));
}
