using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using Trainable.Contracts;
using Trainable.Server.Agents;
using Trainable.Server.Agents.Tools;
using Trainable.Server.Artifacts;
using Trainable.Server.Explorer;
using Trainable.Server.Platform;
using Trainable.Server.Sessions;
using Trainable.Server.Sessions.Tables;
using Trainable.Server.Storage;

namespace Trainable.Server.Mcp;

/// <summary>
/// What a client can attach to a conversation: reports, files and tables of sessions. As with the tools, it sees what a
/// session's agents may.
/// </summary>
internal sealed class McpResources(
    TrainableDb db,
    SessionQueries sessions,
    SessionReader reader,
    WorkspaceFiles workspace,
    AgentTables tables,
    TableExplorer explorer
)
{
    private const string Scheme = "trainable://sessions/";
    private const int MostListed = 60;
    private const int TextBytes = 512 * 1024;
    private const int BinaryBytes = 4 << 20;
    private const int RowsShown = 50;

    private static readonly List<ResourceTemplate> Templates =
    [
        Template("session", "A session", "{session_id}", "Where it stands.", "application/json"),
        Template(
            "report",
            "A stage's report",
            "{session_id}/reports/{stage}",
            "What the agent wrote.",
            "text/markdown"
        ),
        Template("file", "A file of a session", "{session_id}/files/{+path}", "Such as eda/figures/target.png.", null),
        Template(
            "tables",
            "Tables of a session",
            "{session_id}/tables",
            "Names, columns, types, rows.",
            "application/json"
        ),
        Template(
            "table",
            "A table of a session",
            "{session_id}/tables/{name}",
            $"Its first {RowsShown} rows, tab-separated; query_data asks for more.",
            "text/tab-separated-values"
        ),
    ];

    public static ListResourceTemplatesResult ListTemplates() => new() { ResourceTemplates = Templates };

    /// <summary>The newest sessions' reports, and the sessions themselves.</summary>
    public async Task<ListResourcesResult> ListAsync(CancellationToken cancellation)
    {
        var newest = await db
            .Sessions.AsNoTracking()
            .OrderByDescending(session => session.UpdatedAt)
            .Take(MostListed / 3)
            .Select(session => new
            {
                session.Id,
                session.State,
                session.Experiment!.Name,
            })
            .ToListAsync(cancellation);
        var ids = newest.Select(session => session.Id).ToList();
        var reports = await db
            .Artifacts.AsNoTracking()
            .Where(file => ids.Contains(file.SessionId) && file.Type == "report")
            .OrderBy(file => file.Id)
            .Select(file => new { file.SessionId, file.Stage })
            .ToListAsync(cancellation);
        var listed = new List<Resource>();
        foreach (var session in newest)
        {
            listed.Add(
                new Resource
                {
                    Uri = $"{Scheme}{session.Id}",
                    Name = $"{session.Name}: session",
                    Description = $"State: {session.State}.",
                    MimeType = "application/json",
                }
            );
            listed.AddRange(
                reports
                    .Where(report => report.SessionId == session.Id && Stages.IsKnown(report.Stage))
                    .DistinctBy(report => report.Stage)
                    .Select(report => new Resource
                    {
                        Uri = $"{Scheme}{session.Id}/reports/{report.Stage}",
                        Name = $"{session.Name}: report of {report.Stage}",
                        MimeType = "text/markdown",
                    })
            );
        }
        return new ListResourcesResult { Resources = listed };
    }

    /// <exception cref="McpProtocolException">There is no such resource, or it may not be shown.</exception>
    public async Task<ReadResourceResult> ReadAsync(string uri, CancellationToken cancellation)
    {
        try
        {
            var (session, below) = Parse(uri);
            return new ReadResourceResult
            {
                Contents =
                [
                    below switch
                    {
                        [] => await SessionAsync(uri, session, cancellation),
                        ["reports", var stage] when Stages.IsKnown(stage) => await FileAsync(
                            uri,
                            session,
                            $"{stage}/report.md",
                            cancellation
                        ),
                        ["files", .. { Length: > 0 } path] => await FileAsync(
                            uri,
                            session,
                            string.Join('/', path),
                            cancellation
                        ),
                        ["tables"] => await TablesAsync(uri, session, cancellation),
                        ["tables", var name] => await TableAsync(uri, session, name, cancellation),
                        _ => throw new UserFacingException(
                            $"There is no resource '{uri}'. Resources are {Scheme}ID, and below it reports/STAGE, files/PATH, tables and tables/NAME."
                        ),
                    },
                ],
            };
        }
        catch (UserFacingException told)
        {
            throw new McpProtocolException(told.Message, told, McpErrorCode.ResourceNotFound);
        }
    }

    private static (Guid Session, string[] Below) Parse(string uri)
    {
        string[] parts = uri.StartsWith(Scheme, StringComparison.Ordinal)
            ? [.. uri[Scheme.Length..].Split('/').Select(Uri.UnescapeDataString)]
            : [];
        return parts is [var id, .. var rest] && Guid.TryParse(id, out var session)
            ? (session, rest)
            : throw new UserFacingException(
                $"There is no resource '{uri}': it begins with {Scheme} and a session's id."
            );
    }

    private async Task<ResourceContents> SessionAsync(string uri, Guid id, CancellationToken cancellation)
    {
        var session = await sessions.FindAsync(id, cancellation) ?? throw DrivenRuns.NoSession(id);
        return Text(uri, "application/json", SessionFacts.Of(session).ToJsonString());
    }

    private async Task<ResourceContents> FileAsync(
        string uri,
        Guid session,
        string path,
        CancellationToken cancellation
    )
    {
        var context = await ReadableAsync(session, cancellation);
        // Resolved here: a path that leads out of the session is refused like any that is not there.
        var full = WorkspacePath.Parse($"/sessions/{session}/{path}");
        if (full is not { } file || !file.Relative.StartsWith($"sessions/{session}/", StringComparison.Ordinal))
            throw new UserFacingException($"'{path}' lies outside this session.");
        var type = ContentTypes.Of(file.Name);
        if (SessionReader.HoldsScores(context, $"{file}") || IsText(type))
            return Text(uri, type, await reader.ReadTextAsync(context, $"{file}", TextBytes, cancellation));
        var opened = workspace.OpenFile(file);
        using var handle = opened.Handle;
        if (handle is null)
            throw new UserFacingException($"there is no file '{path}'.");
        if (opened.Status.Length > BinaryBytes)
            throw new UserFacingException(
                $"'{path}' has {opened.Status.Length:N0} bytes; up to {BinaryBytes:N0} are shown."
            );
        var bytes = new byte[opened.Status.Length];
        await using var stream = new FileStream(handle, FileAccess.Read, bufferSize: 0);
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return BlobResourceContents.FromBytes(bytes.AsMemory(0, length), uri, type);
    }

    private async Task<ResourceContents> TablesAsync(string uri, Guid session, CancellationToken cancellation)
    {
        var context = await reader.ContextAsync(session, cancellation);
        var view = tables.Of(context.DatasetId, session);
        // Of a table that a script wrote even a column's name may be a value.
        if (context.Share == ShareLevels.Schema)
            view = view with { Tables = [.. view.Tables.Where(table => table.Kind == TableKinds.Working)] };
        var listed = new JsonArray();
        if (view.Tables.Count > 0)
        {
            var schema = await explorer.SchemaAsync(view, cancellation);
            foreach (var (table, known) in view.Tables.Zip(schema.EnumerateArray()))
                listed.Add(
                    new JsonObject
                    {
                        ["name"] = table.Name,
                        ["kind"] = table.Kind,
                        ["path"] = table.Path,
                        ["columns"] = JsonNode.Parse(known.GetProperty("columns").GetRawText()),
                        ["rows"] = JsonNode.Parse(known.GetProperty("rows").GetRawText()),
                    }
                );
        }
        return Text(uri, "application/json", new JsonObject { ["tables"] = listed }.ToJsonString());
    }

    private async Task<ResourceContents> TableAsync(
        string uri,
        Guid session,
        string name,
        CancellationToken cancellation
    )
    {
        var context = await ReadableAsync(session, cancellation);
        var view = tables.Of(context.DatasetId, session);
        if (view.Find(name) is not { } table)
            throw new UserFacingException(
                $"There is no table '{name}'. There are: {string.Join(", ", view.Tables.Select(one => one.Name))}."
            );
        var quoted = table.Name.Replace("\"", "\"\"", StringComparison.Ordinal);
        using var rows = await explorer.QueryAsync(view, $"SELECT * FROM \"{quoted}\"", RowsShown, 0, cancellation);
        return Text(uri, "text/tab-separated-values", QueryText.Write(rows.RootElement));
    }

    private async Task<StageContext> ReadableAsync(Guid session, CancellationToken cancellation)
    {
        var context = await reader.ContextAsync(session, cancellation);
        return context.Share != ShareLevels.Schema
            ? context
            : throw new UserFacingException("The user shares the schema only, so neither files nor rows are shown.");
    }

    private static bool IsText(string type) =>
        type.StartsWith("text/", StringComparison.Ordinal)
        || type.StartsWith("application/json", StringComparison.Ordinal);

    private static TextResourceContents Text(string uri, string type, string text) =>
        new()
        {
            Uri = uri,
            MimeType = type,
            Text = text,
        };

    private static ResourceTemplate Template(string name, string title, string path, string about, string? type) =>
        new()
        {
            Name = name,
            Title = title,
            UriTemplate = Scheme + path,
            Description = about,
            MimeType = type,
        };
}
