using System.Diagnostics;

namespace Trainable.Tests.Cli;

/// <summary>What a program wrote and how it ended.</summary>
internal sealed record Ended(int Code, string Output, string Errors);

/// <summary>Programs run as a person would run them: a process, its streams, its exit code.</summary>
internal sealed class CommandProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private CommandProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    /// <summary>The command as it was built for these tests.</summary>
    public static string Trainable => Path.Combine(AppContext.BaseDirectory, "trainable");

    public static CommandProcess Start(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? directory = null,
        bool keepInput = false
    )
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment.Remove("ANTHROPIC_API_KEY"); // Whoever runs the tests may have one; they use none.
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        if (!keepInput)
            process.StandardInput.Close();
        return new CommandProcess(process);
    }

    public static async Task<Ended> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? directory = null
    )
    {
        await using var process = Start(program, arguments, environment, directory);
        return await process.EndAsync();
    }

    /// <summary>The next line of stdout; null at its end.</summary>
    public async Task<string?> ReadLineAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _process.StandardOutput.ReadLineAsync(patience.Token);
    }

    /// <summary>A line on stdin; for a process started with <c>keepInput</c>.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>The end of stdin.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Reads lines of stdout up to one that holds the text; returns all read.</summary>
    public async Task<string> ReadUntilAsync(string text)
    {
        var read = new System.Text.StringBuilder();
        while (await ReadLineAsync() is { } line)
        {
            read.Append(line).Append('\n');
            if (line.Contains(text, StringComparison.Ordinal))
                return read.ToString();
        }
        throw new InvalidOperationException($"stdout ended without '{text}':\n{read}{await _errors}");
    }

    public async Task<Ended> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var output = await _process.StandardOutput.ReadToEndAsync(patience.Token);
        await _process.WaitForExitAsync(patience.Token);
        return new Ended(_process.ExitCode, output, await _errors);
    }

    /// <summary>SIGINT, as Ctrl-C sends it.</summary>
    public Task InterruptAsync() => SignalAsync("INT");

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString()]);
        await kill.WaitForExitAsync();
    }

    /// <summary>SIGKILL: the process gets no chance to tidy up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }
}
