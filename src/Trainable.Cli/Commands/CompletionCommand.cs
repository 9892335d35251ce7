using System.CommandLine;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable completion</c>: the script by which a shell completes this command.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Create(IDictionary<Command, string> lessons)
    {
        var shell = new Argument<string>("SHELL") { HelpName = "SHELL", Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong(Shells);
        var command = new Command(
            "completion",
            "Print a script that lets a shell complete commands, options and names."
        )
        {
            shell,
        };
        command.SetAction((line, cancellation) => ExecuteAsync(line.GetRequiredValue(shell), cancellation));
        lessons[command] = """
            Examples:
              source <(./trainable completion bash)          in ~/.bashrc, with the path of your checkout
              source <(./trainable completion zsh)           in ~/.zshrc
              ./trainable completion fish | source           in ~/.config/fish/config.fish

            It works for `./trainable` and for `trainable` on the PATH, and asks the command that stands on the line. A TAB builds
            nothing and starts no server.
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string shell, CancellationToken cancellation)
    {
        await using var script = typeof(CompletionCommand).Assembly.GetManifestResourceStream($"trainable.{shell}")!;
        await using var output = Console.OpenStandardOutput();
        await script.CopyToAsync(output, cancellation);
        return ExitCodes.Ok;
    }
}
