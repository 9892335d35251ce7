using System.Text.RegularExpressions;

namespace Trainable.Tests.Wire;

internal static partial class NextPage
{
    /// <summary>The address in a response's <c>Link: &lt;…&gt;; rel="next"</c>; null on the last page.</summary>
    public static string? Of(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Link", out var links) ? Next().Match(links.Single()).Groups["url"].Value : null;

    [GeneratedRegex("^<(?<url>[^>]+)>; rel=\"next\"$", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Next();
}
