using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Sessions;

/// <summary>The multipart form of a new experiment: text fields in memory, files straight to disk.</summary>
internal sealed class ExperimentForm
{
    private const int MaxFieldBytes = 1 << 20;

    public string? Name { get; private set; }
    public string Description { get; private set; } = "";
    public string Instructions { get; private set; } = "";
    public ExperimentOptions Options { get; private set; } = new();
    public List<string> Files { get; } = [];

    public static async Task<ExperimentForm> ReadAsync(
        HttpRequest request,
        DatasetUpload upload,
        CancellationToken cancellation
    )
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 } boundary
        )
            throw new UserFacingException("Send the experiment as multipart/form-data with 'name' and 'files'.", 422);

        var form = new ExperimentForm();
        var reader = new MultipartReader(boundary, request.Body);
        while (await reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
                continue;
            var field = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
            if (disposition.IsFileDisposition())
            {
                var fileName = HeaderUtilities.RemoveQuotes(disposition.FileNameStar).Value is { Length: > 0 } star
                    ? star
                    : HeaderUtilities.RemoveQuotes(disposition.FileName).Value ?? "";
                if (field == "files")
                    form.Files.Add((await upload.AddAsync(fileName, section.Body, cancellation)).Name);
            }
            else
                form.Set(field, await ReadFieldAsync(field, section.Body, cancellation));
        }
        return form;
    }

    private void Set(string field, string value)
    {
        switch (field)
        {
            case "name":
                Name = value.Trim();
                break;
            case "description":
                Description = value;
                break;
            case "instructions":
                Instructions = value;
                break;
            case "options":
                Options = ReadOptions(value);
                break;
            default:
                break; // Fields the reference does not know are left alone, as it does.
        }
    }

    private static ExperimentOptions ReadOptions(string json)
    {
        try
        {
            var options =
                JsonSerializer.Deserialize(json, ContractJson.Default.ExperimentOptions) ?? new ExperimentOptions();
            Check(options);
            return options;
        }
        catch (JsonException broken)
        {
            throw new UserFacingException($"The field 'options' does not fit: {broken.Message}", 422, broken);
        }
    }

    private static void Check(ExperimentOptions options)
    {
        if (
            options.ProblemType
            is not (null or ProblemTypes.Binary or ProblemTypes.Multiclass or ProblemTypes.Regression)
        )
        {
            throw new UserFacingException(
                $"The problem type '{options.ProblemType}' is not known: use binary, multiclass or regression.",
                422
            );
        }
        string[] problems = options.ProblemType is { } one
            ? [one]
            : [ProblemTypes.Binary, ProblemTypes.Multiclass, ProblemTypes.Regression];
        if (
            options.Metric is { Length: > 0 } metric
            && problems.All(problem => MetricNames.Parse(metric, problem) is null)
        )
        {
            var known = problems.SelectMany(problem => MetricNames.Of(problem, hasProbabilities: true)).Distinct();
            throw new UserFacingException(
                $"The metric '{metric}' cannot be measured here. Choose one of {string.Join(", ", known)}.",
                422
            );
        }
    }

    private static async Task<string> ReadFieldAsync(string field, Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[MaxFieldBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        return length <= MaxFieldBytes
            ? Encoding.UTF8.GetString(buffer.AsSpan(0, length))
            : throw new UserFacingException($"The field '{field}' is over 1 MiB.", 413);
    }
}
