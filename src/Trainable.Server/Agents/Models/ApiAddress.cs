using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models;

/// <summary>Reads the address of an API from the settings.</summary>
internal static class ApiAddress
{
    /// <summary>The address, or what stands for it when there is none.</summary>
    /// <exception cref="UserFacingException">It is no address. It is not repeated: it may hold a password.</exception>
    public static Uri Read(IConfiguration configuration, string variable, string otherwise) =>
        configuration[variable]?.Trim() is not { Length: > 0 } text ? new Uri(otherwise)
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http" ? url
        : throw new UserFacingException($"{variable} is no address; it looks like {otherwise}.");
}
