using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Trainable.Cli.Arguments;

/// <summary>The usual help, followed by what a newcomer asks next: examples, variables, exit codes.</summary>
internal sealed class TeachingHelp(HelpAction usual, IReadOnlyDictionary<Command, string> lessons)
    : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    /// <summary>Lets <c>--help</c> of the root and all its commands teach.</summary>
    public static void Install(RootCommand root, IReadOnlyDictionary<Command, string> lessons)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            if (option.Action is HelpAction usual)
                option.Action = new TeachingHelp(usual, lessons);
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        if (lessons.TryGetValue(parseResult.CommandResult.Command, out var lesson))
            parseResult.InvocationConfiguration.Output.WriteLine(lesson.TrimEnd());
        return ExitCodes.Ok;
    }
}
