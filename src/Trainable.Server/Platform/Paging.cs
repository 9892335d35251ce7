using Microsoft.AspNetCore.WebUtilities;

namespace Trainable.Server.Platform;

/// <summary>Pages of long lists: the address of the next one travels in a <c>Link</c> header (RFC 8288).</summary>
internal static class Paging
{
    /// <summary>Points to the page after this one: the same query with another cursor.</summary>
    public static void LinkNext(HttpContext http, string cursor)
    {
        var query = http.Request.Query.Where(pair => pair.Key is not ("cursor" or "token"));
        var address = QueryHelpers.AddQueryString(
            (http.Request.PathBase + http.Request.Path).ToUriComponent(),
            query.Append(new("cursor", cursor))
        );
        http.Response.Headers.Link = $"<{address}>; rel=\"next\"";
    }

    /// <exception cref="UserFacingException">The limit is outside its range (422).</exception>
    public static void CheckLimit(int? limit, int most)
    {
        if (limit is { } asked && (asked < 1 || asked > most))
            throw new UserFacingException($"limit lies between 1 and {most:N0}.", 422);
    }

    /// <exception cref="UserFacingException">Always (422).</exception>
    public static UserFacingException BadCursor() =>
        new("The cursor is not one this list gave out; start again without it.", 422);
}
