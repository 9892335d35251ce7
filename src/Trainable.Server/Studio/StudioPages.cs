using System.Net.Mime;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using Trainable.Server.Platform;

namespace Trainable.Server.Studio;

/// <summary>
/// Serves the studio: its files, and its one page at every address of its router. Nothing of it is secret, so it needs no
/// token; what it shows it fetches from the API, which does.
/// </summary>
internal static class StudioPages
{
    private const string NotBuilt =
        "The studio was not built into this server: that needs Node.js 20.19 or later and npm. "
        + "Install them and build again; the API's reference is at /docs.";

    private static readonly string[] Pages = ["/", "/new", "/compare", "/usage", "/experiments/{id}", "/sessions/{id}"];
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Everything but what is the server's own, where an unknown path stays an error of the API.</summary>
    private const string Rest = "/{**path:studio}";

    public static IServiceCollection AddStudio(this IServiceCollection services) =>
        services.Configure<RouteOptions>(options => options.SetParameterPolicy<StudioPath>("studio"));

    public static IEndpointRouteBuilder MapStudio(this IEndpointRouteBuilder app)
    {
        var files = StudioFiles.Read(Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        var group = app.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        foreach (var route in Pages)
            group.MapMethods(route, Reading, (HttpContext http) => Shell(http, files, StatusCodes.Status200OK));
        group.MapMethods(Rest, Reading, (HttpContext http) => Other(http, files)).WithOrder(int.MaxValue);
        return app;
    }

    private static Task Other(HttpContext http, StudioFiles files)
    {
        if (files.Find(http.Request.Path.Value ?? "") is { } file)
            return SendAsync(http, file);
        // A mistyped address is told so by the studio itself.
        return http
            .Request.Headers.Accept.ToString()
            .Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase)
            ? Shell(http, files, StatusCodes.Status404NotFound)
            : Problems.NotFound($"There is nothing at {http.Request.Path}.").ExecuteAsync(http);
    }

    private static async Task Shell(HttpContext http, StudioFiles files, int status)
    {
        if (files.ShellPage is not { } page)
        {
            await TypedResults.Problem(NotBuilt, statusCode: StatusCodes.Status404NotFound).ExecuteAsync(http);
            return;
        }
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var response = http.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        Protect(response.Headers);
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = Policy(nonce);
        await response.WriteAsync(page.Replace("CSP_NONCE", nonce, StringComparison.Ordinal), http.RequestAborted);
    }

    /// <summary>
    /// Scripts come from this server alone. Style elements need the page's nonce: the dialogs' scroll lock makes one. Frames
    /// are for an agent's HTML, which the files endpoint sends with a sandboxing policy of its own.
    /// </summary>
    private static string Policy(string nonce) =>
        "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; font-src 'self'; "
        + $"style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; frame-src 'self' blob:; manifest-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static void Protect(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
    }

    private static async Task SendAsync(HttpContext http, StudioFile file)
    {
        var headers = http.Response.GetTypedHeaders();
        Protect(http.Response.Headers);
        headers.ETag = file.ETag;
        http.Response.Headers.Vary = HeaderNames.AcceptEncoding;
        http.Response.Headers.CacheControl = file.Forever ? "public, max-age=31536000, immutable" : "no-cache";
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Compare(file.ETag, useStrongComparison: false)))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        var (bytes, encoding) = Choose(file, http.Request.Headers.AcceptEncoding.ToString());
        http.Response.ContentType = file.ContentType;
        http.Response.ContentLength = bytes.Length;
        if (encoding is not null)
            http.Response.Headers.ContentEncoding = encoding;
        if (!HttpMethods.IsHead(http.Request.Method))
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static (byte[] Bytes, string? Encoding) Choose(StudioFile file, string accepted)
    {
        if (file.Brotli is { } brotli && accepted.Contains("br", StringComparison.OrdinalIgnoreCase))
            return (brotli, "br");
        return file.Gzip is { } gzip && accepted.Contains("gzip", StringComparison.OrdinalIgnoreCase)
            ? (gzip, "gzip")
            : (file.Plain, null);
    }
}

/// <summary>True of paths that are not the server's own.</summary>
internal sealed class StudioPath : IRouteConstraint
{
    private static readonly string[] Taken = ["api", "docs", "openapi", "mcp"];

    public bool Match(
        HttpContext? httpContext,
        IRouter? route,
        string routeKey,
        RouteValueDictionary values,
        RouteDirection routeDirection
    )
    {
        var path = values[routeKey] as string ?? "";
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return !Taken.Contains(slash < 0 ? path : path[..slash], StringComparer.OrdinalIgnoreCase);
    }
}
