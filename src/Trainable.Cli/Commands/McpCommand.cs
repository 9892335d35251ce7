using System.CommandLine;
using Trainable.Cli.Mcp;
using Trainable.Cli.Serving;

namespace Trainable.Cli.Commands;

/// <summary><c>trainable mcp</c>: the home's tools over stdio, for a client that starts this command.</summary>
internal static class McpCommand
{
    public static Command Create(IDictionary<Command, string> lessons)
    {
        var port = new Option<int>("--port")
        {
            HelpName = "PORT",
            Description =
                "Where the studio listens while this command serves the home itself; any free port otherwise.",
        };
        port.Validators.Add(result =>
        {
            if (
                result.Tokens is [var token]
                && (!int.TryParse(token.Value, out var number) || number is < 0 or > 65_535)
            )
                result.AddError($"--port is '{token.Value}'; a port lies between 0 and 65535.");
        });
        var home = Shared.Home();
        var command = new Command("mcp", "Serve the tools over stdio to an MCP client, such as Claude Code.")
        {
            home,
            port,
        };
        command.SetAction((line, _) => ExecuteAsync(line.GetValue(home), line.GetValue(port), TimeProvider.System));
        lessons[command] = """
            The client starts this command and talks with it; standard output carries nothing but the protocol.
              claude mcp add trainable -- /path/to/trainable mcp

            It is a client of the server that serves the home, such as 'trainable up', and serves the home itself where none does, until
            the client leaves: what runs then is put down, and the next 'up', 'run' or 'mcp' takes it up. A path that the client
            names is read where this command runs. Clients that speak HTTP can do without: the tools are at /mcp of 'trainable up'.
            More in docs/mcp.md.
            """;
        return command;
    }

    private static async Task<int> ExecuteAsync(string? home, int port, TimeProvider clock)
    {
        using var interrupts = new Interrupts();
        Requirements.Check(home);
        // A client is answered at once: some give up on a server that takes its time to start.
        var opening = HomeServer.OpenAsync(home, port, HomeServer.Bridging, clock, interrupts.Token);
        try
        {
            await using var upstream = new McpUpstream(opening);
            await using var bridge = McpBridge.Create(opening, upstream);
            var serving = bridge.RunAsync(interrupts.Token);
            if (await Task.WhenAny(opening, serving) == opening)
                await opening; // Where it cannot be opened, that is said.
            await serving;
            return ExitCodes.Ok;
        }
        finally
        {
            await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (opening.IsCompletedSuccessfully)
                await (await opening).DisposeAsync();
        }
    }
}
