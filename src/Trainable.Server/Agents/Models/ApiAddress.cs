using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models;

/// <summary>Reads the address of an API from the settings.</summary>
internal static class ApiAddress
{
    /// <summary>
    /// The address, or what stands for it when there is none. A host alone, as people write it, gets what it lacks from there.
    /// </summary>
    /// <exception cref="UserFacingException">It is no address. It is not repeated: it may hold a password.</exception>
    public static Uri Read(IConfiguration configuration, string variable, string otherwise)
    {
        var usual = new Uri(otherwise);
        if (configuration[variable]?.Trim() is not { Length: > 0 } text)
            return usual;
        var isWhole = text.Contains("://", StringComparison.Ordinal);
        if (
            !Uri.TryCreate(isWhole ? text : $"{usual.Scheme}://{text}", UriKind.Absolute, out var url)
            || url.Scheme is not ("https" or "http")
        )
            throw new UserFacingException($"{variable} is no address; it looks like {otherwise}.");
        return isWhole || !url.IsDefaultPort ? url : new UriBuilder(url) { Port = usual.Port }.Uri;
    }
}
