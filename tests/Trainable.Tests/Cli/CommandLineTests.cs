using Trainable.Cli;

namespace Trainable.Tests.Cli;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("There is no command 'nope'", "nope")]
    [InlineData("There is no command 'shwo'. Did you mean 'show'?", "shwo")]
    [InlineData("'run' has no option '--taget'. Did you mean '--target'?", "run", "--taget", "y", "x.csv")]
    [InlineData("'show' has no option '--jsn'. Did you mean '--json'?", "show", "--jsn")]
    [InlineData("'ls' does not know what to do with 'more'", "ls", "more")]
    [InlineData("Required argument", "run")]
    [InlineData("--budget is '10'", "run", "x.csv", "--budget", "10")]
    [InlineData("--stage", "run", "x.csv", "--stage", "deploy")]
    [InlineData("--holdout", "run", "x.csv", "--holdout", "me")]
    [InlineData("There is no file or folder 'nowhere.csv'", "run", "nowhere.csv")]
    [InlineData("'/dev/null' is empty. Pass a table with a header and rows.", "run", "/dev/null")]
    [InlineData("'s3://' names no bucket; it looks like s3://bucket/data.csv", "run", "s3://")]
    [InlineData("--port is '99999'", "up", "--port", "99999")]
    [InlineData("There is no file or folder 'nowhere.csv'", "predict", "latest", "nowhere.csv")]
    [InlineData("--threshold is '2'", "predict", "latest", "x.csv", "--threshold", "2")]
    [InlineData("is not empty. Name another", "export", "latest", "/usr")]
    [InlineData("There is no folder or file 'nowhere'", "verify", "nowhere")]
    [InlineData("is part of the launcher", "setup")]
    public async Task WrongUsageEndsWithTwoAndASentence(string sentence, params string[] arguments)
    {
        var ended = await CommandProcess.RunAsync(CommandProcess.Trainable, arguments);
        ended.Code.ShouldBe(ExitCodes.Usage);
        ended.Errors.ShouldContain(sentence);
        ended.Errors.ShouldNotContain("   at ");
        ended.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("run")]
    [InlineData("up")]
    [InlineData("ls")]
    [InlineData("show")]
    [InlineData("logs")]
    [InlineData("chat")]
    [InlineData("doctor")]
    [InlineData("models")]
    [InlineData("completion")]
    [InlineData("predict")]
    [InlineData("export")]
    [InlineData("verify")]
    [InlineData("stop")]
    [InlineData("setup")]
    [InlineData("test")]
    public async Task HelpTeachesByExample(string command)
    {
        var arguments = new[] { command, "--help" }.Where(argument => argument.Length > 0);
        var ended = await CommandProcess.RunAsync(CommandProcess.Trainable, arguments);
        ended.Code.ShouldBe(ExitCodes.Ok);
        ended.Output.ShouldContain("Usage:");
        if (command is not ("setup" or "test"))
            ended.Output.ShouldContain("trainable " + (command.Length > 0 ? command : "run"));
    }

    [Fact]
    public async Task AHomeThatCannotBeWrittenToIsNamed()
    {
        var ended = await CommandProcess.RunAsync(CommandProcess.Trainable, ["ls", "--home", "/dev/null/home"]);
        ended.Code.ShouldBe(ExitCodes.Failed);
        ended.Errors.ShouldContain("/dev/null/home cannot be written to");
    }
}
