using System.CommandLine;
using System.CommandLine.Parsing;

namespace Trainable.Cli.Arguments;

/// <summary>What is wrong with a command line, a sentence each, with the word that was probably meant.</summary>
internal static class UsageProblems
{
    private const string Unmatched = "Unrecognized command or argument";

    /// <summary>Empty when nothing is wrong.</summary>
    public static IReadOnlyList<string> Of(ParseResult line, RootCommand root)
    {
        var command = line.CommandResult.Command;
        var unknown = Unknown(line).ToList();
        if (command == root && unknown is [var name, ..] && !IsOption(name))
            return [$"There is no command '{name}'.{NearestWord.Hint(name, Names(root.Subcommands))}"];
        // A wrong option makes its value look wrong as well; saying so would only hide it.
        if (
            unknown.Where(IsOption).Select(option => Sentence(option, command, root)).ToList() is { Count: > 0 } options
        )
            return options;
        return
        [
            .. unknown.Select(word => $"'{command.Name}' does not know what to do with '{word}'."),
            .. line
                .Errors.Select(error => error.Message)
                .Where(message => !message.StartsWith(Unmatched, StringComparison.Ordinal)),
        ];
    }

    private static string Sentence(string option, Command command, RootCommand root)
    {
        var name = option.Split('=', ':')[0];
        var known = command.Options.SelectMany(one => (string[])[one.Name, .. one.Aliases]).Append("--help");
        var where = command == root ? "There is no option" : $"'{command.Name}' has no option";
        return $"{where} '{name}'.{NearestWord.Hint(name, known.Where(one => one.StartsWith("--", StringComparison.Ordinal)))}";
    }

    /// <summary>Words that nothing took, and words with a dash that an argument took because no option has that name.</summary>
    private static IEnumerable<string> Unknown(ParseResult line)
    {
        var literal = line
            .Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash)
            .Select(token => token.Value)
            .ToHashSet(StringComparer.Ordinal);
        var taken = line
            .CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)
            .Where(IsOption);
        return taken
            .Concat(line.UnmatchedTokens)
            .Where(word => !literal.Contains(word))
            .Distinct(StringComparer.Ordinal);
    }

    private static bool IsOption(string word) =>
        word.Length > 1 && word[0] == '-' && !char.IsDigit(word[1]) && !word.Contains(' ');

    private static IEnumerable<string> Names(IEnumerable<Command> commands) => commands.Select(command => command.Name);
}
