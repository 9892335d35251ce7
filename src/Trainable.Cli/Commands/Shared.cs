using System.CommandLine;
using Trainable.Cli.Api;
using Trainable.Cli.Arguments;

namespace Trainable.Cli.Commands;

/// <summary>Options that several commands have.</summary>
internal static class Shared
{
    public static Option<string?> Home() =>
        new("--home")
        {
            HelpName = "DIR",
            Description = "Where everything is kept; TRAINABLE_HOME or ~/.trainable otherwise.",
        };

    public static Argument<string> Session()
    {
        var session = new Argument<string>("SESSION") { HelpName = "SESSION", Description = SessionName.Help };
        session.CompletionSources.Add(Suggestions.Sessions);
        return session;
    }

    /// <summary>An option that takes one of a few words.</summary>
    public static Option<string> Choice(string name, string description, IReadOnlyList<string> words)
    {
        var option = new Option<string>(name) { HelpName = string.Join('|', words), Description = description };
        option.CompletionSources.Add([.. words]);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !words.Contains(token.Value, StringComparer.Ordinal))
                result.AddError(
                    $"{name} is '{token.Value}'; it can be {string.Join(", ", words.SkipLast(1))} or {words[^1]}."
                );
        });
        return option;
    }

    public static Option<bool> Json(string description) => new("--json") { Description = description };
}
