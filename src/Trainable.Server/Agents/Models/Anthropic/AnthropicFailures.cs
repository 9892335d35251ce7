using System.Globalization;
using System.Net;
using Anthropic.Exceptions;
using Trainable.Server.Platform;

namespace Trainable.Server.Agents.Models.Anthropic;

/// <summary>What the SDK throws, as one sentence each, and whether asking again can help.</summary>
internal sealed class AnthropicFailures(AnthropicOptions options, RetryAfterHandler headers)
{
    private const int MaxReason = 300;

    private string Host => options.BaseUrl.Host;

    public Exception Translate(Exception failure) =>
        failure switch
        {
            _ when Find<UserFacingException>(failure) is { } told => told,
            AnthropicApiException response => OfStatus(response),
            AnthropicServiceException inStream => OfStream(inStream),
            _ when Find<TimeoutException>(failure) is not null => new ModelUnavailableException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Host} has sent nothing for {options.Silence.TotalSeconds:0.#} s"
                )
            ),
            _ when Find<HttpRequestException>(failure) is { } unreached => Unreached(unreached),
            IOException => CutOff(),
            AnthropicInvalidDataException => new UserFacingException(
                $"{Host} sent something that is no message of the Messages API. Check {AnthropicOptions.UrlVariable}."
            ),
            _ => failure,
        };

    public ModelUnavailableException CutOff() => new($"{Host} broke off in the middle of a reply");

    private Exception OfStatus(AnthropicApiException response)
    {
        var status = (int)response.StatusCode;
        var reason = Reason(response);
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new UserFacingException(
                $"{AnthropicOptions.KeyVariable} was refused by {Host}: {reason}."
            ),
            HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired => new UserFacingException(
                $"The account of {AnthropicOptions.KeyVariable} may not do this at {Host}: {reason}."
            ),
            HttpStatusCode.NotFound => new UserFacingException(
                $"{Host} does not know what was asked for: {reason}. Choose another model, or check {AnthropicOptions.UrlVariable}."
            ),
            HttpStatusCode.TooManyRequests => new ModelUnavailableException(
                $"{Host} limits how much may be asked (429): {reason}",
                headers.RetryAfter
            ),
            HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict => new ModelUnavailableException(
                $"{Host} did not answer in time ({status}): {reason}",
                headers.RetryAfter
            ),
            _ when status == 529 => new ModelUnavailableException($"{Host} is overloaded (529)", headers.RetryAfter),
            _ when status >= 500 => new ModelUnavailableException(
                $"{Host} has an error of its own ({status}): {reason}",
                headers.RetryAfter
            ),
            _ when ContextTooLongException.Says(reason) => new ContextTooLongException($"{Host}: {reason}"),
            _ => new UserFacingException($"{Host} refused the request ({status}): {reason}."),
        };
    }

    /// <summary>An error event after the response had begun with 200.</summary>
    private Exception OfStream(AnthropicServiceException failure) =>
        failure.Type?.Raw() switch
        {
            "overloaded_error" => new ModelUnavailableException($"{Host} is overloaded"),
            "invalid_request_error"
            or "authentication_error"
            or "billing_error"
            or "permission_error"
            or "not_found_error" => new UserFacingException($"{Host} refused the request: {Reason(failure)}."),
            _ => new ModelUnavailableException($"{Host} has an error of its own: {Reason(failure)}"),
        };

    private ModelUnavailableException Unreached(HttpRequestException failure) =>
        failure.HttpRequestError is HttpRequestError.ResponseEnded
            ? CutOff()
            : new ModelUnavailableException($"{Host} cannot be reached: {Clean(failure.Message)}");

    /// <summary>What the API says, on one line; a proxy's page of HTML is not repeated.</summary>
    private string Reason(AnthropicServiceException failure) =>
        failure.ApiMessage is { Length: > 0 } said ? Clean(said) : "it gave no reason";

    private string Clean(string text)
    {
        if (options.ApiKey is { Length: > 0 } key)
            text = text.Replace(key, "[key]", StringComparison.Ordinal);
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return (text.Length > MaxReason ? text[..MaxReason] + "…" : text).TrimEnd('.');
    }

    private static T? Find<T>(Exception failure)
        where T : Exception
    {
        for (var one = failure; one is not null; one = one.InnerException)
        {
            if (one is T found)
                return found;
        }
        return null;
    }
}
