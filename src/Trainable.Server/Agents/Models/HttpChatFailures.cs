using System.Globalization;
using System.Text.Json;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models;

/// <summary>What can go wrong with an API over HTTP, as one sentence each, and whether asking again can help.</summary>
/// <param name="host">Who is asked; a full address may hold a password.</param>
/// <param name="keyVariable">Where the key comes from; null where none is used.</param>
/// <param name="urlVariable">Where the address comes from.</param>
/// <param name="key">Never repeated.</param>
/// <param name="silence">How long nothing at all may come.</param>
/// <param name="headers">What the last response said of waiting.</param>
internal sealed class HttpChatFailures(
    string host,
    string? keyVariable,
    string urlVariable,
    string? key,
    TimeSpan silence,
    RetryAfterHandler headers
)
{
    private const int MaxReason = 300;

    public ModelUnavailableException CutOff() => new($"{host} broke off in the middle of a reply");

    /// <summary>A failure that no response tells of.</summary>
    public Exception Translate(Exception failure)
    {
        for (var one = failure; one is not null; one = one.InnerException)
        {
            switch (one)
            {
                case UserFacingException or ContextTooLongException or ModelUnavailableException:
                    return one;
                case TimeoutException:
                    return new ModelUnavailableException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"{host} has sent nothing for {silence.TotalSeconds:0.#} s"
                        )
                    );
                case HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException:
                    return CutOff();
                case HttpRequestException unreached:
                    return new ModelUnavailableException($"{host} cannot be reached: {Clean(unreached.Message)}");
                case IOException:
                    return CutOff();
                case JsonException:
                    return new UserFacingException(
                        $"{host} sent something that is no reply of this API. Check {urlVariable}."
                    );
            }
        }
        return failure;
    }

    /// <summary>A response that is no success.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="body">Its body, whatever that is.</param>
    /// <param name="model">The model that was asked for.</param>
    public Exception OfStatus(int status, string? body, string model)
    {
        var reason = Reason(body);
        return status switch
        {
            _ when ContextTooLongException.Says(reason) => new ContextTooLongException($"{host}: {reason}"),
            401 => new UserFacingException(
                keyVariable is null
                    ? $"{host} wants a key: {reason}."
                    : $"{keyVariable} was refused by {host}: {reason}."
            ),
            402 or 403 => new UserFacingException($"The account may not do this at {host}: {reason}."),
            404 => new UserFacingException(
                $"{host} does not know the model '{model}', or this is not the API's address: {reason}. "
                    + $"Choose another model, or check {urlVariable}."
            ),
            // A quota that is used up is said with the code of a rate limit, and no patience mends it.
            429 when body?.Contains("insufficient_quota", StringComparison.Ordinal) == true => new UserFacingException(
                $"The account's quota at {host} is used up: {reason}."
            ),
            429 => new ModelUnavailableException(
                $"{host} limits how much may be asked (429): {reason}",
                headers.RetryAfter
            ),
            408 or 409 => new ModelUnavailableException($"{host} did not answer in time ({status}): {reason}"),
            >= 500 => new ModelUnavailableException(
                $"{host} has an error of its own ({status}): {reason}",
                headers.RetryAfter
            ),
            _ => new UserFacingException($"{host} refused the request ({status}): {reason}."),
        };
    }

    /// <summary>What the API says, on one line; a proxy's page of HTML is not repeated.</summary>
    private string Reason(string? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? "");
            var root = json.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error))
            {
                var said =
                    error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message)
                        ? message
                        : error;
                if (said is { ValueKind: JsonValueKind.String } && said.GetString() is { Length: > 0 } text)
                    return Clean(text);
            }
        }
        catch (JsonException) { }
        return "it gave no reason";
    }

    private string Clean(string text)
    {
        if (key is { Length: > 0 })
            text = text.Replace(key, "[key]", StringComparison.Ordinal);
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return (text.Length > MaxReason ? text[..MaxReason] + "…" : text).TrimEnd('.');
    }
}
