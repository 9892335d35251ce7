using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Extensions;

namespace Trainable.Server.Platform;

/// <summary>
/// Who may talk to the server, as Jupyter does it: a token in <c>Authorization: Bearer</c>, or once as <c>?token=</c>, which
/// is exchanged for an HttpOnly SameSite cookie. Host and Origin are checked always, so that a page elsewhere can neither
/// rebind a name to this address nor call it with the person's cookie.
/// </summary>
internal sealed class TokenGate(RequestDelegate next, ServerOptions options, AccessToken token)
{
    /// <summary>Cookies know hosts but no ports: the port in the name keeps two servers of a machine apart.</summary>
    private static string CookieName(HttpContext http) =>
        string.Create(CultureInfo.InvariantCulture, $"trainable_token_{http.Request.Host.Port ?? 80}");

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
        if (!options.RequireToken || HasToken(http) || IsOpen(http))
        {
            if (IsPageWithToken(http.Request))
                http.Response.Redirect(WithoutToken(http.Request));
            else
                await next(http);
            return;
        }
        await RefuseAsync(
            http,
            401,
            "A token is needed: open the URL that 'trainable up' printed, or send 'Authorization: Bearer TOKEN'."
        );
    }

    /// <summary>A person who opens the printed link: the cookie has the token now, and the address bar should not keep it.</summary>
    private static bool IsPageWithToken(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && request.Query.ContainsKey("token")
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static string WithoutToken(HttpRequest request) =>
        // Absolute, with the host that was checked: a path such as //elsewhere must not lead there.
        UriHelper.BuildAbsolute(
            request.Scheme,
            request.Host,
            request.PathBase,
            request.Path,
            QueryString.Create(
                request.Query.Where(pair => !string.Equals(pair.Key, "token", StringComparison.OrdinalIgnoreCase))
            )
        );

    /// <summary>
    /// Health checks and the studio's pages, which show nothing without the API, need no token; preflights carry none by
    /// design. An endpoint says of itself that it is open: one that says nothing is not.
    /// </summary>
    private static bool IsOpen(HttpContext http) =>
        HttpMethods.IsOptions(http.Request.Method)
        || HealthEndpoints.IsHealth(http.Request.Path)
        || http.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    private bool HasToken(HttpContext http)
    {
        var bearer = http.Request.Headers.Authorization.ToString();
        if (bearer.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && token.Matches(bearer[7..].Trim()))
            return true;
        if (http.Request.Cookies[CookieName(http)] is { } cookie && token.Matches(cookie))
            return true;
        if (http.Request.Query["token"].ToString() is not { Length: > 0 } query || !token.Matches(query))
            return false;
        http.Response.Cookies.Append(
            CookieName(http),
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
