using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Trainable.Cli.Terminal;
using Trainable.Server.Platform;
using Trainable.Server.Sandboxes;

namespace Trainable.Cli.Doctor;

/// <summary>What keeps agents' scripts from the rest of the machine, found out by opening a sandbox and running a line in it.</summary>
internal sealed class SandboxTrial(TrainableHome home, TimeProvider clock)
{
    private const string Group = "Protection";
    private const string Mount = "/data/doctor";
    private const string Script = "hello.py";

    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellation)
    {
        SandboxOptions options;
        try
        {
            options = SandboxOptions.Read(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        }
        catch (UserFacingException wrong)
        {
            return [Finding.Broken(Group, "settings", wrong.Message)];
        }
        using var runtime = new LocalRuntime(options, home, clock, NullLogger<LocalRuntime>.Instance);
        var protections = await runtime.InspectAsync(cancellation);
        return
        [
            .. protections.Items.Select(item => Describe(item, options.Mode)),
            await RunLineAsync(runtime, options, cancellation),
        ];
    }

    private static Finding Describe(SandboxProtection item, SandboxMode mode) =>
        item switch
        {
            { Active: true } => Finding.Ok(Group, item.Name, item.Sentence),
            // Somebody has chosen to do without.
            { Required: true } when mode is not SandboxMode.Unsafe => Finding.Broken(Group, item.Name, item.Sentence),
            _ => Finding.Warning(Group, item.Name, item.Sentence),
        };

    private async Task<Finding> RunLineAsync(
        LocalRuntime runtime,
        SandboxOptions options,
        CancellationToken cancellation
    )
    {
        const string name = "trial";
        // A copy: a sandbox may change the mode of what it mounts, and the installation is not its own.
        var scratch = Path.Combine(home.Scratch, $"doctor-{Guid.CreateVersion7():N}");
        try
        {
            TrainableHome.Make(scratch);
            File.Copy(Path.Combine(PythonLibrary.Root, "inventory", Script), Path.Combine(scratch, Script));
            var spec = new SandboxSpec
            {
                Name = "doctor",
                Mounts = [new SandboxMount(scratch, Mount, Writable: false)],
                MemoryBytes = options.MemoryBytes,
            };
            var start = clock.GetTimestamp();
            await using var sandbox = await runtime.OpenAsync(spec, cancellation);
            var opened = clock.GetElapsedTime(start);
            start = clock.GetTimestamp();
            var (said, end) = await RunAsync(sandbox, options, cancellation);
            var ran = clock.GetElapsedTime(start);
            return said == "ready" && end?.Outcome is StepOutcome.Ok
                ? Finding.Ok(
                    Group,
                    name,
                    $"A sandbox opened in {opened.TotalSeconds:0.0} s, and a line ran in {ran.TotalMilliseconds:0} ms."
                )
                : Finding.Broken(
                    Group,
                    name,
                    $"A line in a sandbox did not run: {end?.Sentence} {CleanText.Line(said)}"
                );
        }
        catch (UserFacingException refused)
        {
            return Finding.Broken(Group, name, refused.Message);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return Finding.Broken(Group, name, $"No sandbox could be tried: {refused.Message}");
        }
        finally
        {
            if (Directory.Exists(scratch))
                Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task<(string Said, StepEnded? End)> RunAsync(
        ISandbox sandbox,
        SandboxOptions options,
        CancellationToken cancellation
    )
    {
        var script = new SandboxScript { Path = $"{Mount}/{Script}", WorkingDirectory = Mount };
        var said = new StringBuilder();
        StepEnded? end = null;
        await foreach (var item in sandbox.RunAsync(script, options.StepLimits, cancellation))
        {
            if (item is StepOutput output)
                said.Append(Encoding.UTF8.GetString(output.Bytes.Span));
            end = item as StepEnded;
        }
        return (said.ToString().Trim(), end);
    }
}
