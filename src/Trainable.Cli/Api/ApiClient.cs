using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Trainable.Contracts;

namespace Trainable.Cli.Api;

/// <summary>The studio's HTTP API, as far as the command needs it.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;

    public ApiClient(Uri url, string? token)
    {
        Url = url;
        Token = token;
        // Streams and uploads last as long as they last; a server that is gone shows as a refused connection.
        // A stream that is left is left at once: there is no end to wait for.
        var handler = new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.Zero };
        _http = new HttpClient(handler) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Uri Url { get; }

    /// <summary>What opens the server; null where it asks for nothing.</summary>
    public string? Token { get; }

    public Task<Health> HealthAsync(CancellationToken cancellation) =>
        GetAsync("/api/health", ContractJson.Default.Health, cancellation);

    public async Task<ExperimentCreated> CreateExperimentAsync(ExperimentUpload upload, CancellationToken cancellation)
    {
        using var content = upload.ToContent();
        return await PostAsync("/api/experiments", content, ContractJson.Default.ExperimentCreated, cancellation);
    }

    /// <summary>An experiment on what lies in S3, which the server reads.</summary>
    public async Task<ExperimentCreated> CreateFromS3Async(ExperimentUpload upload, CancellationToken cancellation)
    {
        using var content = upload.ToContent();
        return await PostAsync(
            "/api/experiments/from-s3",
            content,
            ContractJson.Default.ExperimentCreated,
            cancellation
        );
    }

    /// <summary>A new version of an experiment's dataset, and a session on it; of the upload's options only sheet and main count.</summary>
    public async Task<DatasetVersionCreated> AddVersionAsync(
        Guid experiment,
        ExperimentUpload upload,
        CancellationToken cancellation
    )
    {
        using var content = upload.ToContent();
        return await PostAsync(
            $"/api/experiments/{experiment}/versions",
            content,
            ContractJson.Default.DatasetVersionCreated,
            cancellation
        );
    }

    public Task<IReadOnlyList<DatasetVersionItem>> ListVersionsAsync(Guid experiment, CancellationToken cancellation) =>
        GetAsync(
            $"/api/experiments/{experiment}/versions",
            ContractJson.Default.IReadOnlyListDatasetVersionItem,
            cancellation
        );

    /// <summary>A request of the tus protocol; the caller disposes the answer.</summary>
    public Task<HttpResponseMessage> SendTusAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        request.Headers.Add("Tus-Resumable", "1.0.0");
        return OpenAsync(request, cancellation);
    }

    public Task<ExperimentSummary[]> ListExperimentsAsync(int limit, CancellationToken cancellation) =>
        GetAsync($"/api/experiments?limit={limit}", ContractJson.Default.ExperimentSummaryArray, cancellation);

    /// <summary>What the sessions have spent, by session.</summary>
    public Task<UsageItem[]> UsageAsync(CancellationToken cancellation) =>
        GetAsync("/api/usage?by=session", ContractJson.Default.UsageItemArray, cancellation);

    public Task<ModelItem[]> ListModelsAsync(CancellationToken cancellation) =>
        GetAsync("/api/models", ContractJson.Default.ModelItemArray, cancellation);

    public Task<ExperimentDetail> GetExperimentAsync(Guid experiment, CancellationToken cancellation) =>
        GetAsync($"/api/experiments/{experiment}", ContractJson.Default.ExperimentDetail, cancellation);

    public Task<SessionDetail> GetSessionAsync(Guid session, CancellationToken cancellation) =>
        GetAsync($"/api/sessions/{session}", ContractJson.Default.SessionDetail, cancellation);

    /// <summary>How an experiment's upload was divided; null where its dataset is gone.</summary>
    public async Task<DatasetFacts?> FindDatasetAsync(Guid experiment, CancellationToken cancellation)
    {
        try
        {
            return await GetAsync(
                $"/api/experiments/{experiment}/dataset",
                ContractJson.Default.DatasetFacts,
                cancellation
            );
        }
        catch (ApiException gone) when (gone.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Runs what is left of the stages, up to and with <paramref name="until"/>.</summary>
    public async Task<StageStarted> StartAsync(
        Guid session,
        string until,
        StartStageRequest request,
        CancellationToken cancellation
    )
    {
        using var content = JsonContent.Create(request, ContractJson.Default.StartStageRequest);
        return await PostAsync(
            $"/api/sessions/{session}/auto?until={until}",
            content,
            ContractJson.Default.StageStarted,
            cancellation
        );
    }

    /// <summary>Starts one stage, whether or not it ran before.</summary>
    public async Task<StageStarted> StartStageAsync(
        Guid session,
        string stage,
        StartStageRequest request,
        CancellationToken cancellation
    )
    {
        using var content = JsonContent.Create(request, ContractJson.Default.StartStageRequest);
        return await PostAsync(
            $"/api/sessions/{session}/stages/{stage}/start",
            content,
            ContractJson.Default.StageStarted,
            cancellation
        );
    }

    /// <summary>Runs a session's recorded replies again in a new session.</summary>
    public Task<ReplayStarted> ReplayAsync(Guid session, CancellationToken cancellation) =>
        PostAsync($"/api/sessions/{session}/replay", null, ContractJson.Default.ReplayStarted, cancellation);

    /// <summary>Answers what a run asks.</summary>
    public async Task<QuestionAnswered> AnswerAsync(
        Guid session,
        Guid question,
        AnswerRequest answer,
        CancellationToken cancellation
    )
    {
        using var body = JsonContent.Create(answer, ContractJson.Default.AnswerRequest);
        return await PostAsync(
            $"/api/sessions/{session}/questions/{question}/answer",
            body,
            ContractJson.Default.QuestionAnswered,
            cancellation
        );
    }

    /// <summary>Says something; where nothing runs an agent answers in a conversation about the last stage.</summary>
    public async Task<MessageItem> PostMessageAsync(
        Guid session,
        string content,
        string? model,
        CancellationToken cancellation
    )
    {
        using var body = JsonContent.Create(
            new PostMessageRequest
            {
                Content = content,
                RunAgent = true,
                Model = model,
            },
            ContractJson.Default.PostMessageRequest
        );
        return await PostAsync(
            $"/api/sessions/{session}/messages",
            body,
            ContractJson.Default.MessageItem,
            cancellation
        );
    }

    public Task<AbortResult> AbortAsync(Guid session, CancellationToken cancellation) =>
        PostAsync($"/api/sessions/{session}/abort", null, ContractJson.Default.AbortResult, cancellation);

    /// <summary>Runs a script in a session's sandbox; the caller disposes the stream of JSON lines, which ends the script.</summary>
    public async Task<Stream> OpenExecAsync(Guid session, string code, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/sessions/{session}/exec")
        {
            Content = new StringContent(code, new MediaTypeHeaderValue("text/x-python", "utf-8")),
        };
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        try
        {
            await ThrowOnRefusalAsync(response, cancellation);
            return await response.Content.ReadAsStreamAsync(cancellation);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Predicts the rows of a table, or images; the caller disposes the answer, CSV or JSON as asked.</summary>
    public async Task<HttpResponseMessage> PredictAsync(
        Guid session,
        Stream table,
        string contentType,
        string query,
        bool asJson,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/sessions/{session}/predict{query}")
        {
            Content = new StreamContent(table),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(asJson ? "application/json" : "text/csv"));
        return await OpenAsync(request, cancellation);
    }

    /// <summary>Opens a session's bundle, a zip archive; the caller disposes the answer.</summary>
    public async Task<HttpResponseMessage> OpenBundleAsync(Guid session, bool withData, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Get,
            $"/api/sessions/{session}/bundle{(withData ? "" : "?data=false")}"
        );
        return await OpenAsync(request, cancellation);
    }

    /// <summary>Has a bundle, a zip archive, verified.</summary>
    public async Task<BundleVerdict> VerifyAsync(Stream archive, CancellationToken cancellation)
    {
        using var content = new StreamContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        return await PostAsync("/api/bundles/verify", content, ContractJson.Default.BundleVerdict, cancellation);
    }

    /// <summary>Opens a session's events; the caller disposes the stream.</summary>
    public async Task<Stream> OpenEventsAsync(Guid session, long after, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/sessions/{session}/stream?after={after}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (after > 0)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", after.ToString());
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        try
        {
            await ThrowOnRefusalAsync(response, cancellation);
            return await response.Content.ReadAsStreamAsync(cancellation);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        try
        {
            await ThrowOnRefusalAsync(response, cancellation);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken cancellation)
    {
        using var response = await _http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return await ReadAsync(response, json, cancellation);
    }

    private async Task<T> PostAsync<T>(
        string path,
        HttpContent? content,
        JsonTypeInfo<T> json,
        CancellationToken cancellation
    )
    {
        using var response = await _http.PostAsync(path, content, cancellation);
        return await ReadAsync(response, json, cancellation);
    }

    private static async Task<T> ReadAsync<T>(
        HttpResponseMessage response,
        JsonTypeInfo<T> json,
        CancellationToken cancellation
    )
    {
        await ThrowOnRefusalAsync(response, cancellation);
        return await response.Content.ReadFromJsonAsync(json, cancellation)
            ?? throw new ApiException(
                "The server answered with nothing where an object belongs.",
                (int)response.StatusCode
            );
    }

    private static async Task ThrowOnRefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
            return;
        var body = await response.Content.ReadAsStringAsync(cancellation);
        throw new ApiException(
            Detail(body) ?? $"The server answered {(int)response.StatusCode}.",
            (int)response.StatusCode
        );
    }

    /// <summary>The <c>detail</c> of problem details; the reference's validation errors put an array there.</summary>
    private static string? Detail(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("detail", out var detail)
                ? detail.ValueKind is JsonValueKind.String
                    ? detail.GetString()
                    : detail.GetRawText()
                : null;
        }
        catch (Exception notJson) when (notJson is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
