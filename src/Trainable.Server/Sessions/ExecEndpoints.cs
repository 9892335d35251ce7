using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Trainable.Contracts;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Sessions;

internal static class ExecEndpoints
{
    private const int MaxScriptBytes = 1 << 20;

    public static IEndpointRouteBuilder MapExec(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/sessions/{id:guid}/exec", Exec)
            .WithTags("Stages")
            .Accepts<string>("text/x-python")
            .Produces<ExecEnded>(StatusCodes.Status200OK, "application/x-ndjson")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        return app;
    }

    /// <summary>
    /// Runs the Python in the request's body in the session's sandbox and answers with JSON lines as it writes: output, then
    /// one end. Leaving the request ends the script.
    /// </summary>
    private static async Task Exec(Guid id, HttpContext http, SessionExec execs, CancellationToken cancellation)
    {
        var code = await ReadScriptAsync(http.Request, cancellation);
        using var exec = await execs.PrepareAsync(id, code, cancellation);
        http.Response.ContentType = "application/x-ndjson; charset=utf-8";
        http.Response.Headers.CacheControl = "no-store";
        var texts = new Dictionary<SandboxStream, Decoder>
        {
            [SandboxStream.Stdout] = Encoding.UTF8.GetDecoder(),
            [SandboxStream.Stderr] = Encoding.UTF8.GetDecoder(),
            [SandboxStream.Record] = Encoding.UTF8.GetDecoder(),
        };
        await foreach (var told in execs.RunAsync(exec))
        {
            if (cancellation.IsCancellationRequested)
                continue; // Nobody reads; the step's own end is still to come.
            if (told is StepEnded ended)
                await WriteAsync(http, Describe(ended, exec), ContractJson.Default.ExecEnded, cancellation);
            else if (told is StepOutput output && Decode(texts[output.Stream], output) is { Length: > 0 } text)
                await WriteAsync(
                    http,
                    new ExecOutput(output.Stream.ToString().ToLowerInvariant(), text),
                    ContractJson.Default.ExecOutput,
                    cancellation
                );
        }
    }

    private static async Task<string> ReadScriptAsync(HttpRequest request, CancellationToken cancellation)
    {
        var buffer = new byte[MaxScriptBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, false, cancellation);
        if (length > MaxScriptBytes)
            throw new UserFacingException("The script is over 1 MiB.", StatusCodes.Status413PayloadTooLarge);
        var code = Encoding.UTF8.GetString(buffer, 0, length);
        return string.IsNullOrWhiteSpace(code)
            ? throw new UserFacingException(
                "The request's body is the script's text, and it is empty.",
                StatusCodes.Status422UnprocessableEntity
            )
            : code;
    }

    private static string Decode(Decoder decoder, StepOutput output)
    {
        var characters = new char[Encoding.UTF8.GetMaxCharCount(output.Bytes.Length)];
        return new string(characters, 0, decoder.GetChars(output.Bytes.Span, characters, flush: false));
    }

    private static ExecEnded Describe(StepEnded ended, PreparedExec exec) =>
        new(StepOutcomeName.Of(ended.Outcome), ended.Sentence, exec.ScriptPath)
        {
            ExitCode = ended.ExitCode,
            WallSeconds = Math.Round(ended.Wall.TotalSeconds, 3),
            CpuSeconds = Math.Round(ended.Cpu.TotalSeconds, 3),
            PeakMemoryBytes = ended.PeakMemoryBytes,
        };

    private static async Task WriteAsync<T>(
        HttpContext http,
        T line,
        JsonTypeInfo<T> json,
        CancellationToken cancellation
    )
    {
        await http.Response.WriteAsync($"{JsonSerializer.Serialize(line, json)}\n", cancellation);
        await http.Response.Body.FlushAsync(cancellation);
    }
}
