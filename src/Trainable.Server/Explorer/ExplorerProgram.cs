using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Explorer;

/// <summary>
/// Runs <c>python/explorer</c> in a sandbox: one request, one line of JSON. Its memory, its time and its death are the
/// sandbox's; the server itself never opens a table for SQL.
/// </summary>
internal static class ExplorerProgram
{
    private const string Script = "/opt/trainable/explorer/run.py";
    private const int MostAnswerBytes = 64 << 20;

    /// <summary>Of a single argument of a program, less what surrounds the SQL (MAX_ARG_STRLEN is 128 KiB).</summary>
    private const int MostRequestBytes = 120 << 10;

    /// <summary>The answer; the caller disposes it.</summary>
    /// <exception cref="UserFacingException">The query cannot be run, in a sentence (400); its result is too large (413).</exception>
    public static async Task<JsonDocument> AskAsync(
        ISandbox sandbox,
        JsonObject request,
        string folder,
        StepLimits limits,
        CancellationToken cancellation
    )
    {
        var argument = request.ToJsonString();
        if (System.Text.Encoding.UTF8.GetByteCount(argument) > MostRequestBytes)
            throw Refuse("The query is too long. Shorten it, or make a table of what it lists.");
        var script = new SandboxScript
        {
            Path = Script,
            WorkingDirectory = folder,
            Arguments = [argument],
        };
        var answer = new ArrayBufferWriter<byte>();
        StepEnded? ended = null;
        await foreach (
            var item in sandbox.RunAsync(script, limits with { OutputBytes = MostAnswerBytes }, cancellation)
        )
        {
            if (item is StepOutput { Stream: SandboxStream.Stdout } output)
                answer.Write(output.Bytes.Span);
            ended = item as StepEnded ?? ended;
        }
        cancellation.ThrowIfCancellationRequested();
        if (ended!.Outcome != StepOutcome.Ok)
            throw Explain(ended, limits);
        var document = JsonDocument.Parse(answer.WrittenMemory);
        if (!document.RootElement.TryGetProperty("error", out var error))
            return document;
        using (document)
            throw Refuse(error.GetProperty("message").GetString()!);
    }

    private static UserFacingException Explain(StepEnded ended, StepLimits limits) =>
        ended.Outcome switch
        {
            StepOutcome.Timeout => Refuse(
                $"The query ran longer than {limits.WallClock.TotalSeconds:0.#} s and was stopped. Ask for less, or aggregate first."
            ),
            StepOutcome.OutOfMemory => Refuse(
                "The query needs more memory than it may have. Ask for fewer rows or columns, or aggregate first."
            ),
            StepOutcome.OutputLimit => new UserFacingException(
                "The result is too large to show. Ask for fewer rows or columns, or download it.",
                StatusCodes.Status413PayloadTooLarge
            ),
            StepOutcome.DiskLimit or StepOutcome.FileLimit => new UserFacingException(
                "The result is larger than a download may be. Ask for fewer rows or columns.",
                StatusCodes.Status413PayloadTooLarge
            ),
            _ => Refuse("The query ended the program that ran it. A table's file may be damaged; try another table."),
        };

    private static UserFacingException Refuse(string sentence) => new(sentence, StatusCodes.Status400BadRequest);
}
