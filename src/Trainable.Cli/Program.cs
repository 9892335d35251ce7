using System.CommandLine;
using System.CommandLine.Invocation;
using Trainable.Cli;
using Trainable.Cli.Api;
using Trainable.Cli.Arguments;
using Trainable.Cli.Commands;
using Trainable.Cli.Terminal;
using Trainable.Server.Platform;

var lessons = new Dictionary<Command, string>();
var root = new RootCommand(
    "Trainable: give it a dataset, watch an agent explore, prepare and train, and get a measured model."
)
{
    RunCommand.Create(lessons),
    UpCommand.Create(lessons),
    ListCommand.Create(lessons),
    ShowCommand.Create(lessons),
    LogsCommand.Create(lessons),
    ChatCommand.Create(lessons),
    StopCommand.Create(lessons),
    ExecCommand.Create(lessons),
    PredictCommand.Create(lessons),
    ExportCommand.Create(lessons),
    VerifyCommand.Create(lessons),
    ReplayCommand.Create(lessons),
    VersionsCommand.Create(lessons),
    TakeOverCommand.Create(lessons),
};
root.Add(McpCommand.Create(lessons));
root.Add(ModelsCommand.Create(lessons));
root.Add(DoctorCommand.Create(lessons));
root.Add(EnvCommand.Create(lessons));
root.Add(CompletionCommand.Create(lessons));
foreach (var command in LauncherCommands.Create(lessons))
    root.Add(command);
lessons[root] = """
    Start here:
      ./trainable run sample:breast-cancer     a whole run in the terminal, with nothing to configure
      ./trainable run your.csv --target COL    the same on your data
      ./trainable up                           the studio in the browser, with the API behind it
      ./trainable COMMAND --help               examples of each command
    """;
TeachingHelp.Install(root, lessons);

var line = root.Parse(args);
if (line.Action is ParseErrorAction || line.Action == line.CommandResult.Command.Action)
{
    var problems = UsageProblems.Of(line, root);
    foreach (var problem in problems)
        await Console.Error.WriteLineAsync(CleanText.Line(problem));
    if (problems.Count > 0)
    {
        var named = line.CommandResult.Command == root ? "" : $" {line.CommandResult.Command.Name}";
        await Console.Error.WriteLineAsync($"'./trainable{named} --help' shows how it is used.");
        return ExitCodes.Usage;
    }
}

try
{
    // Signals are the commands' own: a run that is interrupted first stops its session.
    return await line.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
    );
}
catch (CommandException ended)
{
    return Say(ended.Message, ended.ExitCode);
}
catch (UserFacingException told)
{
    return Say(told.Message, ExitCodes.Failed);
}
catch (ApiException refused)
{
    return Say(refused.Message, refused.Status is 400 or 422 ? ExitCodes.Usage : ExitCodes.Failed);
}
catch (HttpRequestException unreachable)
{
    return Say($"The server cannot be reached: {unreachable.Message}", ExitCodes.Failed);
}
catch (OperationCanceledException)
{
    return Say("Cancelled.", ExitCodes.Cancelled);
}
catch (Exception bug)
{
    await Console.Error.WriteLineAsync(
        $"This is a bug in Trainable; please report it:\n{CleanText.Block(bug.ToString())}"
    );
    return ExitCodes.Failed;
}

static int Say(string sentence, int exitCode)
{
    Console.Error.WriteLine(CleanText.Line(sentence));
    return exitCode;
}
