using System.CommandLine;
using System.CommandLine.Completions;
using Trainable.Cli.Api;
using Trainable.Cli.Data;
using Trainable.Server.Platform;

namespace Trainable.Cli.Arguments;

/// <summary>
/// What a shell may complete beside commands and options, found without a server: a TAB has to answer at once, and what goes
/// wrong on the way means nothing to suggest.
/// </summary>
internal static class Suggestions
{
    private const int Newest = 30;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Sessions that have run, newest first: their directories, whose names are UUIDv7.</summary>
    public static IEnumerable<CompletionItem> Sessions(CompletionContext context)
    {
        yield return new CompletionItem(SessionName.Latest, sortText: "0");
        var directory = Path.Combine(Home(context), "workspace", "sessions");
        string[] names;
        try
        {
            names = [.. Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)!)];
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            yield break;
        }
        foreach (var name in names.OrderDescending(StringComparer.Ordinal).Take(Newest))
        {
            if (Guid.TryParse(name, out var session))
                yield return new CompletionItem(SessionName.Short(session), sortText: "1");
        }
    }

    public static IEnumerable<CompletionItem> Samples(CompletionContext context)
    {
        if (
            !Data.Samples.Prefix.StartsWith(context.WordToComplete, StringComparison.Ordinal)
            && !context.WordToComplete.StartsWith(Data.Samples.Prefix, StringComparison.Ordinal)
        )
            return [];
        try
        {
            var python = PythonLocation.Read(Path.Combine(Home(context), TrainableHome.PythonConfigName));
            using var limit = new CancellationTokenSource(Patience, TimeProvider.System);
            return
            [
                .. new Samples(python)
                    .ListAsync(limit.Token)
                    .GetAwaiter()
                    .GetResult()
                    .Select(sample => new CompletionItem(Data.Samples.Prefix + sample.Name)),
            ];
        }
        catch (Exception none) when (none is CommandException or UserFacingException or OperationCanceledException)
        {
            return [];
        }
    }

    private static string Home(CompletionContext context)
    {
        var named = context
            .ParseResult.CommandResult.Command.Options.OfType<Option<string?>>()
            .FirstOrDefault(option => option.Name == "--home");
        return ServerOptions.HomeOf(named is null ? null : context.ParseResult.GetValue(named));
    }
}
