using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Trainable.Contracts;
using Trainable.Server.Explorer;
using Trainable.Server.Platform;

namespace Trainable.Server.Sessions.Tables;

/// <summary>SQL and pictures of a session's tables, for people.</summary>
internal static class TableEndpoints
{
    private const int MostRows = 10_000;
    private const int MostPreviewed = 1_000;
    private const int MostProfiled = 200;
    private const int MostOffset = 1_000_000_000;

    public static IEndpointRouteBuilder MapTables(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/sessions/{id:guid}").WithTags("Tables");
        group.MapGet("/tables", List);
        group.MapGet("/tables/{name}/profile", Profile);
        group.MapGet("/tables/{name}/rows", Rows);
        group.MapPost("/query", Query).Accepts<QueryRequest>("application/json");
        group.MapGet("/query/download", Download);
        group.MapPost("/prep/query", QueryPrep).Accepts<QueryRequest>("application/json");
        group.MapGet("/prep/preview", PreviewSplit);
        return app;
    }

    private static async Task<Results<Ok<TableItem[]>, ProblemHttpResult>> List(
        Guid id,
        PersonTables tables,
        TableExplorer explorer,
        CancellationToken cancellation
    )
    {
        if (await tables.OfAsync(id, cancellation) is not { } view)
            return NotFound();
        if (view.Tables.Count == 0)
            return TypedResults.Ok<TableItem[]>([]);
        var schema = await explorer.SchemaAsync(view, cancellation);
        return TypedResults.Ok(view.Tables.Zip(schema.EnumerateArray(), Item).ToArray());
    }

    /// <summary>Counts, extremes, histograms and frequent values of some columns.</summary>
    private static async Task<Results<Ok<TableProfileResult>, ProblemHttpResult>> Profile(
        Guid id,
        string name,
        PersonTables tables,
        TableExplorer explorer,
        CancellationToken cancellation,
        int limit = 50,
        int offset = 0
    )
    {
        Check(limit, MostProfiled, offset);
        if (await tables.OfAsync(id, cancellation) is not { } view)
            return NotFound();
        if (view.Find(name) is not { } table)
            return NoTable(name, view);
        using var answer = await explorer.ProfileAsync(view, table, limit, offset, cancellation);
        return TypedResults.Ok(answer.Deserialize(ContractJson.Default.TableProfileResult)!);
    }

    /// <summary>A page of a table, sorted by a column (<c>sort=age</c>, <c>-age</c> for the other way) or as the file has it.</summary>
    private static async Task<Results<Ok<QueryResult>, ProblemHttpResult>> Rows(
        Guid id,
        string name,
        PersonTables tables,
        TableExplorer explorer,
        TimeProvider clock,
        CancellationToken cancellation,
        int limit = 100,
        int offset = 0,
        string? sort = null
    )
    {
        Check(limit, MostRows, offset);
        if (await tables.OfAsync(id, cancellation) is not { } view)
            return NotFound();
        if (view.Find(name) is not { } table)
            return NoTable(name, view);
        var order = sort switch
        {
            null or "" => "",
            ['-', .. var column] => $" ORDER BY {Identifier(column)} DESC NULLS LAST",
            _ => $" ORDER BY {Identifier(sort)} NULLS LAST",
        };
        var sql = $"SELECT * FROM {Identifier(table.Name)}{order}";
        return TypedResults.Ok(await RunAsync(view, explorer, clock, sql, limit, offset, cancellation));
    }

    /// <summary>One reading statement over every table of the session.</summary>
    private static async Task<Results<Ok<QueryResult>, ProblemHttpResult>> Query(
        Guid id,
        HttpRequest request,
        PersonTables tables,
        TableExplorer explorer,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        var body = await ReadAsync(request, cancellation);
        if (await tables.OfAsync(id, cancellation) is not { } view)
            return NotFound();
        return TypedResults.Ok(await RunAsync(view, explorer, clock, body.Sql, body.Limit, body.Offset, cancellation));
    }

    /// <summary>A query's whole result as a file.</summary>
    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Download(
        Guid id,
        string sql,
        PersonTables tables,
        TableExplorer explorer,
        CancellationToken cancellation,
        string format = "csv",
        string name = "result"
    )
    {
        if (format is not ("csv" or "parquet"))
            return Problems.Unprocessable($"A result can be downloaded as csv or parquet, not as '{format}'.");
        if (await tables.OfAsync(id, cancellation) is not { } view)
            return NotFound();
        var file = await explorer.ExportAsync(view, sql, format, cancellation);
        var type = format == "csv" ? "text/csv; charset=utf-8" : "application/vnd.apache.parquet";
        return TypedResults.Stream(file, type, $"{Path.GetFileName(name)}.{format}");
    }

    /// <summary>As the reference has it: a query over the splits alone.</summary>
    private static async Task<Results<Ok<QueryResult>, ProblemHttpResult>> QueryPrep(
        Guid id,
        HttpRequest request,
        PersonTables tables,
        TableExplorer explorer,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        var body = await ReadAsync(request, cancellation);
        if (await tables.OfAsync(id, cancellation) is not { } all)
            return NotFound();
        var view = all with
        {
            Tables = [.. all.Tables.Where(table => table.Kind is TableKinds.Split or TableKinds.Union)],
        };
        if (view.Tables.Count == 0)
            return Problems.NotFound("There is no prepared data yet. Run Prep first.");
        return TypedResults.Ok(await RunAsync(view, explorer, clock, body.Sql, body.Limit, body.Offset, cancellation));
    }

    private static async Task<Results<Ok<SplitPreview>, ProblemHttpResult>> PreviewSplit(
        Guid id,
        PersonTables tables,
        TableExplorer explorer,
        TimeProvider clock,
        CancellationToken cancellation,
        string split = "train",
        int limit = 50
    )
    {
        if (split is not ("train" or "val" or "test"))
            return Problems.Unprocessable($"There is no split '{split}'; splits are train, val and test.");
        Check(limit, MostPreviewed, offset: 0);
        if (await tables.OfAsync(id, cancellation) is not { } view)
            return NotFound();
        if (view.Tables.FirstOrDefault(table => table.Kind == TableKinds.Split && table.Name == split) is null)
            return Problems.NotFound(
                split == "test"
                    ? "There is no test set to show: it is opened by the first score that is measured on it."
                    : $"There is no {split} data yet. Run Prep first."
            );
        var found = await RunAsync(view, explorer, clock, $"SELECT * FROM {split}", limit, 0, cancellation);
        return TypedResults.Ok(
            new SplitPreview
            {
                Split = split,
                Columns = found.Columns,
                Rows = found.Rows,
                RowCount = found.RowCount,
                Types = found.Types,
            }
        );
    }

    private static async Task<QueryResult> RunAsync(
        ExplorerView view,
        TableExplorer explorer,
        TimeProvider clock,
        string sql,
        int limit,
        int offset,
        CancellationToken cancellation
    )
    {
        var started = clock.GetTimestamp();
        using var answer = await explorer.QueryAsync(view, sql, limit, offset, cancellation);
        var columns = answer.RootElement.GetProperty("columns").Deserialize(ContractJson.Default.TableColumnArray)!;
        var rows = answer.RootElement.GetProperty("rows").Clone();
        return new QueryResult
        {
            Columns = [.. columns.Select(column => column.Name)],
            Rows = rows,
            RowCount = rows.GetArrayLength(),
            TablesAvailable = [.. view.Tables.Select(table => table.Name)],
            Types = [.. columns.Select(column => column.Type)],
            More = answer.RootElement.GetProperty("more").GetBoolean(),
            Cut = answer.RootElement.GetProperty("cut").GetBoolean(),
            Seconds = Math.Round(clock.GetElapsedTime(started).TotalSeconds, 3),
        };
    }

    private static async Task<QueryRequest> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        var body = await Problems.ReadJsonAsync(request, ContractJson.Default.QueryRequest, cancellation);
        if (body.Sql is null)
            throw new UserFacingException("The field 'sql' is null: send a query.", 422);
        Check(body.Limit, MostRows, body.Offset);
        return body;
    }

    private static void Check(int limit, int most, int offset)
    {
        Paging.CheckLimit(limit, most);
        if (offset is < 0 or > MostOffset)
            throw new UserFacingException($"offset lies between 0 and {MostOffset:N0}.", 422);
    }

    private static TableItem Item(ExplorerTable table, JsonElement schema) =>
        new()
        {
            Name = table.Name,
            Kind = table.Kind,
            Format = table.Format,
            Path = table.Path,
            Columns = schema.GetProperty("columns").Deserialize(ContractJson.Default.TableColumnArray)!,
            Rows = schema.GetProperty("rows") is { ValueKind: JsonValueKind.Number } rows ? rows.GetInt64() : null,
            Error = schema.TryGetProperty("error", out var error) ? error.GetString() : null,
        };

    private static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    private static ProblemHttpResult NotFound() => Problems.NotFound("Session not found");

    private static ProblemHttpResult NoTable(string name, ExplorerView view) =>
        Problems.NotFound(
            view.Tables.Count == 0
                ? $"There is no table '{name}', nor any other yet."
                : $"There is no table '{name}'. There are: {string.Join(", ", view.Tables.Select(table => table.Name))}."
        );
}
