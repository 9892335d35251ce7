using System.CommandLine;

namespace Trainable.Cli.Commands;

/// <summary>
/// Commands that the launcher <c>./trainable</c> carries out itself, since they must work before anything is built. They
/// stand here so that <c>--help</c> is complete.
/// </summary>
internal static class LauncherCommands
{
    public static IEnumerable<Command> Create(IDictionary<Command, string> lessons)
    {
        var check = new Option<bool>("--check")
        {
            Description = "Only say what is missing; exit code 3 if anything is.",
        };
        var tests = new Option<bool>("--tests") { Description = "Also what the tests need." };
        var setup = new Command("setup", "Install what is missing: Python packages, the sandbox.")
        {
            check,
            tests,
            Shared.Home(),
        };
        lessons[setup] = """
            As root, Debian's packages are installed with apt-get. Otherwise a virtual environment is made in the home directory,
            and what only root can install is named with the exact line to run. Nothing is done with sudo unasked.
            """;
        var which = new Argument<string>("WHICH")
        {
            HelpName = "WHICH",
            Description = "unit (quick ones), e2e (browser and whole runs) or all.",
            DefaultValueFactory = _ => "all",
        };
        which.AcceptOnlyFromAmong("unit", "e2e", "all");
        var test = new Command("test", "Run the tests; ends with a line 'N passed, N failed, N skipped'.") { which };
        lessons[test] = "";
        foreach (var command in new[] { setup, test })
        {
            command.SetAction(_ => Refuse(command.Name));
            yield return command;
        }
    }

    private static int Refuse(string name) =>
        throw new CommandException($"'{name}' is part of the launcher: run ./trainable {name}.", ExitCodes.Usage);
}
