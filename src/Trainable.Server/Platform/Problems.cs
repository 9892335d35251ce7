using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Trainable.Server.Platform;

/// <summary>Every error leaves as problem details whose <c>detail</c> is a sentence, and nothing internal leaves at all.</summary>
internal static partial class Problems
{
    public static IServiceCollection AddProblems(this IServiceCollection services) =>
        services
            .AddProblemDetails(options =>
                options.CustomizeProblemDetails = context =>
                    context.ProblemDetails.Detail ??= Describe(context.ProblemDetails.Status ?? 500)
            )
            .AddExceptionHandler<Handler>();

    public static ProblemHttpResult NotFound(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Unprocessable(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status422UnprocessableEntity);

    /// <summary>Reads a JSON body.</summary>
    /// <exception cref="UserFacingException">It is missing, broken or lacks a required field (422).</exception>
    public static async Task<T> ReadJsonAsync<T>(
        HttpRequest request,
        JsonTypeInfo<T> json,
        CancellationToken cancellation
    )
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, json, cancellation)
                ?? throw new UserFacingException("The body is null; a JSON object is needed.", 422);
        }
        catch (JsonException broken)
        {
            throw new UserFacingException($"The body does not fit: {broken.Message}", 422, broken);
        }
    }

    /// <summary>As <see cref="ReadJsonAsync{T}"/>, but null when there is no body.</summary>
    public static async Task<T?> ReadOptionalJsonAsync<T>(
        HttpRequest request,
        JsonTypeInfo<T> json,
        CancellationToken cancellation
    )
        where T : class =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }
        || request.ContentLength == 0
            ? null
            : await ReadJsonAsync(request, json, cancellation);

    private static string Describe(int status) =>
        status switch
        {
            404 => "There is nothing at this address.",
            405 => "This address does not take that method.",
            415 => "This address does not take that content type.",
            _ => "The server could not do this. The trace id names the entry in its log.",
        };

    private sealed partial class Handler(IProblemDetailsService problems, ILogger<Handler> logger) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(
            HttpContext http,
            Exception exception,
            CancellationToken cancellation
        )
        {
            var (status, detail) = exception switch
            {
                UserFacingException told => (told.Status, told.Message),
                BadHttpRequestException bad => (bad.StatusCode, bad.Message),
                OperationCanceledException when http.RequestAborted.IsCancellationRequested => (
                    499,
                    "The client left."
                ),
                _ when DiskFull.Is(exception) => (507, DiskFull.Sentence("nothing can be stored")),
                _ => (500, (string?)null),
            };
            if (status == 500)
                LogUnexpected(exception, http.Request.Method, http.Request.Path);
            http.Response.StatusCode = status;
            if (status == StatusCodes.Status503ServiceUnavailable)
            {
                http.Response.Headers.RetryAfter = "1";
                LogUnavailable(http.Request.Method, http.Request.Path, exception.GetBaseException().Message);
            }
            var context = new ProblemDetailsContext
            {
                HttpContext = http,
                ProblemDetails = { Status = status, Detail = detail },
            };
            // Who asked for CSV alone has to be told what is wrong with it all the same.
            if (!await problems.TryWriteAsync(context))
                await TypedResults.Problem(detail ?? Describe(status), statusCode: status).ExecuteAsync(http);
            return true;
        }

        [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
        private partial void LogUnexpected(Exception failure, string method, string path);

        [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} was answered with 503: {Cause}")]
        private partial void LogUnavailable(string method, string path, string cause);
    }
}
