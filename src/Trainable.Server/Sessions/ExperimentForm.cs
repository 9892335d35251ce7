using System.Text;
using System.Text.Json;
using Trainable.Contracts;
using Trainable.Server.Datasets;
using Trainable.Server.Datasets.Resumable;
using Trainable.Server.Platform;
using Trainable.Server.Referee.Scoring;

namespace Trainable.Server.Sessions;

/// <summary>The multipart form of a new experiment: text fields in memory, files straight to disk.</summary>
internal sealed class ExperimentForm
{
    public string? Name { get; private set; }

    /// <summary>Where the dataset lies in S3; for experiments that are made from there.</summary>
    public string? S3Path { get; private set; }
    public string Description { get; private set; } = "";
    public string Instructions { get; private set; } = "";
    public ExperimentOptions Options { get; private set; } = new();

    /// <summary>Uploads in pieces that the dataset is made of.</summary>
    public List<Guid> Uploads { get; } = [];

    public static async Task<ExperimentForm> ReadAsync(
        HttpRequest request,
        DatasetUpload upload,
        ResumableUploads resumable,
        CancellationToken cancellation
    )
    {
        const string wanted = "Send the experiment as multipart/form-data with 'name' and 'files'.";
        var form = new ExperimentForm();
        await foreach (var part in MultipartForm.ReadAsync(request, wanted, cancellation))
        {
            if (part.FileName is null)
                form.Set(part.Name, await part.ReadTextAsync(cancellation));
            else if (part.Name == "files")
                await upload.AddUnpackedAsync(part.FileName, part.Body, cancellation);
        }
        foreach (var id in form.Uploads)
        {
            var (name, path) = resumable.Finished(id);
            await upload.AddStoredAsync(name, path, cancellation);
        }
        return form;
    }

    /// <summary>A form without files: multipart, or as a plain form sends it.</summary>
    public static async Task<ExperimentForm> ReadFieldsAsync(HttpRequest request, CancellationToken cancellation)
    {
        const string wanted = "Send the experiment as a form with 'name' and 's3_path'.";
        var form = new ExperimentForm();
        if (
            request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            == true
        )
        {
            foreach (var (field, value) in await request.ReadFormAsync(cancellation))
                form.Set(field, value.ToString());
            return form;
        }
        await foreach (var part in MultipartForm.ReadAsync(request, wanted, cancellation))
        {
            if (part.FileName is null)
                form.Set(part.Name, await part.ReadTextAsync(cancellation));
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
            case "s3_path":
                S3Path = value.Trim();
                break;
            case "uploads":
                Uploads.Add(
                    Guid.TryParse(value, out var id)
                        ? id
                        : throw new UserFacingException(
                            "The field 'uploads' is an upload's id; send one field for each.",
                            422
                        )
                );
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

    /// <exception cref="UserFacingException">A choice is not one there is (422).</exception>
    public static void Check(ExperimentOptions options)
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

    /// <exception cref="UserFacingException">The text is longer than a field of the form may be (413).</exception>
    public static void CheckLength(string field, string? text)
    {
        if (text is not null && Encoding.UTF8.GetByteCount(text) > FormPart.MostTextBytes)
            throw FormPart.TooLong(field, "1 MiB");
    }
}
