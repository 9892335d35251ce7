using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Artifacts;
using Trainable.Server.Platform;
using Trainable.Server.Referee;
using Trainable.Server.Sandboxes;
using Trainable.Server.Storage;

namespace Trainable.Server.Sessions;

/// <summary>
/// Runs a person's script in a session's sandbox, as the agent's would run: same files, same limits, no network. Never
/// beside a stage, whose checks read the files that a script may change: while one runs a script is refused, and a stage
/// that starts ends the script.
/// </summary>
internal sealed partial class SessionExec(
    SessionSandboxes sandboxes,
    SandboxOptions options,
    WorkspaceFiles workspace,
    RefereeService referee,
    IDbContextFactory<TrainableDb> databases
)
{
    private const string Folder = "exec";

    private readonly ConcurrentDictionary<Guid, Running> _running = new();

    /// <summary>Keeps the script and makes ready to run it.</summary>
    /// <exception cref="UserFacingException">There is no such session, or something runs in it (409).</exception>
    public async Task<PreparedExec> PrepareAsync(Guid session, string code, CancellationToken cancellation)
    {
        var running = new Running(CancellationTokenSource.CreateLinkedTokenSource(cancellation));
        if (!_running.TryAdd(session, running))
            throw Busy("A script runs in this session already. Wait for its end, or run this one in another session.");
        try
        {
            // After the entry was made: a stage that starts from now on finds it, and one that has started is found here.
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var experiment = await db
                .Sessions.Where(row => row.Id == session)
                .Select(row => (Guid?)(row.DatasetId ?? row.ExperimentId))
                .FirstOrDefaultAsync(cancellation);
            if (experiment is null)
                throw new UserFacingException("Session not found", StatusCodes.Status404NotFound);
            if (
                await db.StageRuns.AnyAsync(
                    row => row.SessionId == session && row.Status == RunStatuses.Running,
                    cancellation
                )
            )
                throw Busy("A stage runs in this session. Wait for its end or stop it, then run the script.");
            // The script may load what an agent made, which then runs here: no score on held rows lies in its reach.
            referee.HideScores(new StageSubject(experiment.Value, session, Stages.Train, new ExperimentOptions()));
            var path = await KeepAsync(session, code, cancellation);
            return new PreparedExec(
                session,
                experiment.Value,
                path,
                () => Leave(session, running),
                running.Cancel.Token
            );
        }
        catch
        {
            Leave(session, running);
            throw;
        }
    }

    public async IAsyncEnumerable<SandboxEvent> RunAsync(PreparedExec exec)
    {
        using var lease = await sandboxes.BorrowAsync(exec.Session, exec.Experiment, exec.Cancellation);
        var script = new SandboxScript
        {
            Path = $"/data{exec.ScriptPath}",
            WorkingDirectory = $"/data/sessions/{exec.Session}",
        };
        await foreach (var told in lease.Warm.RunAsync(script, options.StepLimits, exec.Cancellation))
            yield return told;
    }

    /// <summary>Ends the script that runs in a session, if one does, and returns when nothing of it is left.</summary>
    public async Task EndAsync(Guid session)
    {
        if (!_running.TryGetValue(session, out var running))
            return;
        await running.CancelAsync();
        await running.Ended;
    }

    private void Leave(Guid session, Running running)
    {
        _running.TryRemove(new KeyValuePair<Guid, Running>(session, running));
        running.End();
    }

    private async Task<string> KeepAsync(Guid session, string code, CancellationToken cancellation)
    {
        var folder = WorkspacePath.Parse($"/sessions/{session}/{Folder}")!.Value;
        var last = (workspace.List(folder, out _) ?? [])
            .Select(entry => Numbered().Match(Path.GetFileName(entry.Path)))
            .Where(match => match.Success)
            .Select(match => int.Parse(match.Groups["number"].ValueSpan, NumberStyles.None, null))
            .DefaultIfEmpty(0)
            .Max();
        var path = folder.Child($"exec_{last + 1:D3}.py");
        var created = workspace.CreateFile(path);
        if (created.Handle is null)
            throw new UserFacingException($"'{path}' cannot be written: something that is no file is in its place.");
        await using var file = new FileStream(created.Handle, FileAccess.Write);
        await file.WriteAsync(Encoding.UTF8.GetBytes(code), cancellation);
        return path.ToString();
    }

    private static UserFacingException Busy(string sentence) => new(sentence, StatusCodes.Status409Conflict);

    [GeneratedRegex(@"^exec_(?<number>\d{1,6})\.py$", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex Numbered();

    private sealed class Running(CancellationTokenSource cancel)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationTokenSource Cancel => cancel;
        public Task Ended => _ended.Task;

        public async Task CancelAsync()
        {
            try
            {
                await cancel.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself at this very moment.
            }
        }

        public void End()
        {
            _ended.TrySetResult();
            cancel.Dispose();
        }
    }
}

/// <summary>A script that is kept and may run. Disposing it lets others run in the session.</summary>
internal sealed class PreparedExec(
    Guid session,
    Guid experiment,
    string scriptPath,
    Action leave,
    CancellationToken cancellation
) : IDisposable
{
    private Action? _leave = leave;

    public Guid Session => session;
    public Guid Experiment => experiment;

    /// <summary>As the API names it.</summary>
    public string ScriptPath => scriptPath;
    public CancellationToken Cancellation => cancellation;

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
