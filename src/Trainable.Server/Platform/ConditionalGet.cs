using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Trainable.Server.Platform;

/// <summary>
/// Conditional requests (RFC 9110, 13): a reader that has a version of something asks with <c>If-None-Match</c> and is told
/// 304 while it holds. The tag is read before the answer, so an answer may be newer than its tag, never older.
/// </summary>
internal static class ConditionalGet
{
    /// <param name="endpoint">A GET.</param>
    /// <param name="version">What changes whenever the answer does; null when there is no such thing.</param>
    public static RouteHandlerBuilder WithVersion(
        this RouteHandlerBuilder endpoint,
        Func<HttpContext, Task<FormattableString?>> version
    ) =>
        endpoint.AddEndpointFilter(
            async (invocation, next) =>
            {
                var http = invocation.HttpContext;
                if (await version(http) is not { } found)
                    return await next(invocation);
                // Weak: the same version may travel compressed or not.
                var tag = new EntityTagHeaderValue($"\"{found.ToString(CultureInfo.InvariantCulture)}\"", isWeak: true);
                http.Response.Headers.ETag = tag.ToString();
                http.Response.Headers.CacheControl = "private, no-cache";
                var known = http.Request.GetTypedHeaders().IfNoneMatch;
                return known.Any(one => one.Compare(tag, useStrongComparison: false))
                    ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
                    : await next(invocation);
            }
        );
}
