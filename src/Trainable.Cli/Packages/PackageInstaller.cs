using System.Text.Json;
using Trainable.Cli.Doctor;
using Trainable.Server.Platform;

namespace Trainable.Cli.Packages;

/// <summary>
/// Adds packages for scripts in the sandbox: Debian's where the sandbox runs Debian's Python and the command is root's, and
/// otherwise pip into a virtual environment of the home, on top of what the interpreter has.
/// </summary>
internal sealed class PackageInstaller(TrainableHome home, TimeProvider clock)
{
    private const string AptGet = "/usr/bin/apt-get";
    private const string AptCache = "/usr/bin/apt-cache";

    // A registry that does not answer is found out in half a minute, not in pip's own several.
    private static readonly string[] PipInstall =
    [
        "-m",
        "pip",
        "install",
        "--no-input",
        "--disable-pip-version-check",
        "--progress-bar=off",
        "--retries=1",
        "--timeout=15",
        "--",
    ];

    /// <returns>What was added, a sentence each.</returns>
    /// <exception cref="CommandException">Something could not be added; the message says what and why.</exception>
    public async Task<IReadOnlyList<string>> AddAsync(
        IReadOnlyList<PackageRequest> requests,
        CancellationToken cancellation
    )
    {
        var python = PythonLocation.Read(home);
        var added = new List<string>();
        List<PackageRequest> forPip = [.. requests];
        if (python.Prefixes is [] && Environment.IsPrivilegedProcess && File.Exists(AptGet))
        {
            var debian = new List<PackageRequest>();
            foreach (var request in requests.Where(request => !request.IsPinned))
            {
                if (await HasDebianAsync(request, cancellation))
                    debian.Add(request);
            }
            if (debian.Count > 0)
                added.Add(await AddDebianAsync(debian, cancellation));
            forPip.RemoveAll(debian.Contains);
        }
        if (forPip.Count > 0)
            added.Add(await AddWithPipAsync(python, forPip, cancellation));
        return added;
    }

    private async Task<bool> HasDebianAsync(PackageRequest request, CancellationToken cancellation)
    {
        string[] question = ["show", "--no-all-versions", request.DebianName];
        var (answer, _) = await HostProgram.AskAsync(AptCache, question, clock, cancellation);
        return !string.IsNullOrWhiteSpace(answer);
    }

    private static async Task<string> AddDebianAsync(
        IReadOnlyList<PackageRequest> requests,
        CancellationToken cancellation
    )
    {
        string[] names = [.. requests.Select(request => request.DebianName)];
        string[] install = ["install", "-y", "-q", "--no-install-recommends", "--", .. names];
        await Console.Error.WriteLineAsync($"Installing {string.Join(", ", names)} with apt-get…");
        if (await LoudProgram.RunAsync(AptGet, install, cancellation) is not null)
        {
            // The lists may be so old that the versions they know are gone.
            await LoudProgram.RunAsync(AptGet, ["update", "-q"], cancellation);
            if (await LoudProgram.RunAsync(AptGet, install, cancellation) is { } problem)
                throw new CommandException(
                    $"apt-get could not install {string.Join(", ", names)}: {problem}",
                    ExitCodes.Missing
                );
        }
        return $"{string.Join(", ", names)} installed with apt-get.";
    }

    private async Task<string> AddWithPipAsync(
        PythonLocation python,
        IReadOnlyList<PackageRequest> requests,
        CancellationToken cancellation
    )
    {
        var venv = python.Prefixes is [var prefix, ..] ? prefix : Path.Combine(home.Root, "venv");
        var executable = Path.Combine(venv, "bin", "python");
        var isNew = !File.Exists(executable);
        if (isNew)
            await MakeEnvironmentAsync(python, venv, cancellation);
        string[] texts = [.. requests.Select(request => request.Text)];
        await Console.Error.WriteLineAsync($"Installing {string.Join(", ", texts)} with pip into {venv}…");
        if (await LoudProgram.RunAsync(executable, [.. PipInstall, .. texts], cancellation) is { } problem)
        {
            if (isNew)
                Directory.Delete(venv, recursive: true);
            throw new CommandException(Explain(requests, problem), ExitCodes.Missing);
        }
        if (python.Prefixes is [])
            Write(new PythonLocation { Executable = executable, Prefixes = [venv] });
        return $"{string.Join(", ", texts)} installed with pip into {venv}.";
    }

    private static async Task MakeEnvironmentAsync(PythonLocation python, string venv, CancellationToken cancellation)
    {
        await Console.Error.WriteLineAsync($"Making a virtual environment in {venv}, on top of {python.Executable}…");
        string[] make = ["-m", "venv", "--system-site-packages", venv];
        if (await LoudProgram.RunAsync(python.Executable, make, cancellation) is not { } problem)
            return;
        if (Directory.Exists(venv))
            Directory.Delete(venv, recursive: true);
        throw new CommandException(
            $"{python.Executable} could not make a virtual environment: {problem} On Debian it takes, as root: "
                + "apt-get install python3-venv",
            ExitCodes.Missing
        );
    }

    private static string Explain(IReadOnlyList<PackageRequest> requests, string problem)
    {
        var names = string.Join(", ", requests.Select(request => request.Text));
        var debian = string.Join(' ', requests.Select(request => request.DebianName));
        var hint = Environment.IsPrivilegedProcess
            ? "No package of Debian's has the name either."
            : $"Debian may have it, as root: apt-get install {debian}";
        return $"pip could not install {names}: {problem} Nothing was changed. Check the name, and whether this machine reaches "
            + $"a package registry (PIP_INDEX_URL names another than pypi.org). {hint}";
    }

    // A server may be reading the file.
    private void Write(PythonLocation location)
    {
        var draft = $"{home.PythonConfig}.{Environment.ProcessId}";
        File.WriteAllText(draft, JsonSerializer.Serialize(location, PlatformJson.Default.PythonLocation) + "\n");
        File.Move(draft, home.PythonConfig, overwrite: true);
    }
}
