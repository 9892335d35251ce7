using System.CommandLine;

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

    public static Option<bool> Json(string description) => new("--json") { Description = description };
}
