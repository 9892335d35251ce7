using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using Trainable.Server.Platform.Linux;
using Trainable.Server.Sandboxes;

namespace Trainable.Server.Explorer;

/// <summary>What people ask of the tables of a session.</summary>
internal sealed class TableExplorer(ExplorerSandboxes sandboxes, ExplorerOptions options, SandboxOptions sandboxOptions)
{
    private const int MostSchemas = 1_000;
    private const int LongerForExports = 10;

    private readonly ConcurrentDictionary<Guid, (string Version, JsonElement Tables)> _schemas = new();

    /// <summary><c>{columns[{name, type}], rows[][], more, cut}</c>.</summary>
    public async Task<JsonDocument> QueryAsync(
        ExplorerView view,
        string sql,
        int limit,
        int offset,
        CancellationToken cancellation
    ) =>
        await AskAsync(
            view,
            new JsonObject
            {
                ["do"] = "query",
                ["sql"] = sql,
                ["limit"] = limit,
                ["offset"] = offset,
                ["cell"] = options.CellCharacters,
            },
            cancellation
        );

    /// <summary>Of each table <c>{name, columns[{name, type}], rows, error?}</c>; kept until a file changes.</summary>
    public async Task<JsonElement> SchemaAsync(ExplorerView view, CancellationToken cancellation)
    {
        var version = string.Join('|', view.Tables.Select(table => $"{table.Name}:{table.Version}"));
        if (_schemas.TryGetValue(view.Session, out var known) && known.Version == version)
            return known.Tables;
        using var answer = await AskAsync(view, new JsonObject { ["do"] = "schema" }, cancellation);
        var tables = answer.RootElement.GetProperty("tables").Clone();
        if (_schemas.Count >= MostSchemas)
            _schemas.Clear();
        _schemas[view.Session] = (version, tables);
        return tables;
    }

    /// <summary><c>{columns[…], total, rows, complete}</c> of some columns of a table.</summary>
    public async Task<JsonDocument> ProfileAsync(
        ExplorerView view,
        ExplorerTable table,
        int limit,
        int offset,
        CancellationToken cancellation
    ) =>
        await AskAsync(
            view,
            new JsonObject
            {
                ["do"] = "profile",
                ["table"] = table.Name,
                ["limit"] = limit,
                ["offset"] = offset,
            },
            cancellation
        );

    /// <summary>A query's whole result as an open file that has no name any more.</summary>
    public async Task<FileStream> ExportAsync(
        ExplorerView view,
        string sql,
        string format,
        CancellationToken cancellation
    )
    {
        using var lease = await sandboxes.BorrowAsync(view, cancellation);
        var name = $"export-{Guid.CreateVersion7():N}.{format}";
        var request = new JsonObject
        {
            ["do"] = "export",
            ["sql"] = sql,
            ["format"] = format,
            ["to"] = ToPath(view, lease)($"{ExplorerSandboxes.Work}/{name}"),
        };
        var limits = Limits with { WallClock = options.Timeout * LongerForExports };
        try
        {
            using var answer = await RunAsync(view, lease, request, limits, cancellation);
            using var folder = BeneathRoot.Open(lease.Folder);
            var file = folder.OpenFile(name);
            return file.Handle is { } handle ? Stream(handle) : throw new IOException($"{name} is not there.");
        }
        finally
        {
            File.Delete(Path.Combine(lease.Folder, name));
        }
    }

    private static FileStream Stream(SafeFileHandle handle) => new(handle, FileAccess.Read, bufferSize: 0);

    private StepLimits Limits =>
        new()
        {
            WallClock = options.Timeout,
            MemoryBytes = sandboxOptions.MemoryBytes,
            FileBytes = options.ExportBytes,
            DiskBytes = 2 * options.ExportBytes,
            DiskFiles = 10_000,
            Processes = 64,
        };

    private async Task<JsonDocument> AskAsync(ExplorerView view, JsonObject request, CancellationToken cancellation)
    {
        using var lease = await sandboxes.BorrowAsync(view, cancellation);
        return await RunAsync(view, lease, request, Limits, cancellation);
    }

    private async Task<JsonDocument> RunAsync(
        ExplorerView view,
        ExplorerLease lease,
        JsonObject request,
        StepLimits limits,
        CancellationToken cancellation
    )
    {
        var toPath = ToPath(view, lease);
        request["tables"] = new JsonArray([.. view.Tables.Select(table => table.ToJson(toPath))]);
        request["memory"] = options.MemoryBytes;
        request["scratch"] = toPath(ExplorerSandboxes.Work);
        return await ExplorerProgram.AskAsync(lease.Sandbox, request, ExplorerSandboxes.Work, limits, cancellation);
    }

    /// <summary>Where nothing is isolated, the sandbox's paths do not exist and the host's take their place.</summary>
    private Func<string, string> ToPath(ExplorerView view, ExplorerLease lease) =>
        sandboxOptions.Mode is not SandboxMode.Unsafe
            ? path => path
            : path =>
                view.Mounts.Append(new SandboxMount(lease.Folder, ExplorerSandboxes.Work, Writable: true))
                    .Where(mount =>
                        path == mount.SandboxPath || path.StartsWith(mount.SandboxPath + "/", StringComparison.Ordinal)
                    )
                    .Select(mount => mount.HostPath + path[mount.SandboxPath.Length..])
                    .FirstOrDefault(path);
}
