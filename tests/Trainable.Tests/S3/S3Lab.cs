using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Amazon.S3.Model;
using Microsoft.Extensions.DependencyInjection;
using Trainable.Contracts;
using Trainable.Server.S3;
using Trainable.Tests.App;

namespace Trainable.Tests.S3;

/// <summary>A server with a bucket of its own in a real S3 server, and what tests do to both.</summary>
internal sealed class S3Lab : IAsyncDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("trainable-").FullName;
    private TrainableApp? _app;

    private S3Lab(S3Server server, string bucket)
    {
        Server = server;
        Bucket = bucket;
        Gate = new TcpGate(server.Endpoint);
    }

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public S3Server Server { get; }
    public string Bucket { get; }

    /// <summary>Between the server under test and S3.</summary>
    public TcpGate Gate { get; }
    public TrainableApp App => _app ?? throw new InvalidOperationException("The server is down.");

    public static async Task<S3Lab> StartAsync(
        ScriptedModels? models = null,
        Func<S3Options, S3Options>? change = null,
        Action<IServiceCollection>? configure = null
    )
    {
        var server = await SharedS3.ServerAsync();
        var lab = new S3Lab(server, await server.CreateBucketAsync());
        await lab.UpAsync(models, change, configure);
        return lab;
    }

    /// <summary>Starts the server, again on the same home.</summary>
    public async Task UpAsync(
        ScriptedModels? models = null,
        Func<S3Options, S3Options>? change = null,
        Action<IServiceCollection>? configure = null
    )
    {
        var options = Server.Options(Bucket) with { Endpoint = Gate.Endpoint };
        options = change is null ? options : change(options);
        _app = await TrainableApp.StartAsync(
            models ?? new ScriptedModels(),
            _home,
            configure: services =>
            {
                services.AddSingleton(options);
                configure?.Invoke(services);
            }
        );
    }

    public async Task DownAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync()
    {
        await DownAsync();
        await Gate.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>Puts an object into the bucket, past the server under test.</summary>
    public Task PutAsync(string key, string content = Tables.Small) => PutAsync(key, Encoding.UTF8.GetBytes(content));

    public Task PutAsync(string key, byte[] content) =>
        Server.Client.PutObjectAsync(
            new PutObjectRequest
            {
                BucketName = Bucket,
                Key = key,
                InputStream = new MemoryStream(content),
                UseChunkEncoding = false,
            },
            Cancellation
        );

    /// <summary>What lies in the bucket: the hash of each object by its key.</summary>
    public async Task<SortedDictionary<string, string>> ContentAsync(string prefix = "")
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var listed = await Server.Client.ListObjectsV2Async(
            new ListObjectsV2Request { BucketName = Bucket, Prefix = prefix },
            Cancellation
        );
        foreach (var item in listed.S3Objects ?? [])
        {
            using var content = await Server.Client.GetObjectAsync(Bucket, item.Key, Cancellation);
            found[item.Key] = Convert.ToHexStringLower(
                await SHA256.HashDataAsync(content.ResponseStream, Cancellation)
            );
        }
        return found;
    }

    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static string HashOf(string content) => HashOf(Encoding.UTF8.GetBytes(content));

    public string Url(string what, string? key = null, string? bucket = null, string keyName = "key") =>
        $"/api/s3/{what}?bucket={Uri.EscapeDataString(bucket ?? Bucket)}"
        + (key is null ? "" : $"&{keyName}={Uri.EscapeDataString(key)}");

    public Task<HttpResponseMessage> GetAsync(string url) => App.Http.GetAsync(url, Cancellation);

    public async Task<S3Listing> ListAsync(string prefix = "", string more = "")
    {
        using var response = await GetAsync(Url("list", prefix, keyName: "prefix") + more);
        response.EnsureSuccessStatusCode();
        return (await TrainableApp.ReadAsync(response, ContractJson.Default.S3Listing))!;
    }

    public Task<HttpResponseMessage> UploadAsync(string key, HttpContent content, string? bucket = null) =>
        App.Http.PostAsync(Url("upload", key, bucket), content, Cancellation);

    public Task<HttpResponseMessage> PresignAsync(string key, int expiresIn = 3600, string? bucket = null) =>
        App.Http.PostAsync(
            "/api/s3/presign",
            JsonContent.Create(
                new PresignRequest
                {
                    Bucket = bucket ?? Bucket,
                    Key = key,
                    ExpiresIn = expiresIn,
                },
                ContractJson.Default.PresignRequest
            ),
            Cancellation
        );

    public async Task<string> PresignedAsync(string key, int expiresIn = 3600)
    {
        using var response = await PresignAsync(key, expiresIn);
        response.EnsureSuccessStatusCode();
        return (await TrainableApp.ReadAsync(response, ContractJson.Default.PresignedUrl))!.Url;
    }

    public Task<HttpResponseMessage> FromS3Async(
        string path,
        string name = "from s3",
        ExperimentOptions? options = null
    )
    {
        var form = new MultipartFormDataContent
        {
            { new StringContent(path), "s3_path" },
            { new StringContent(name), "name" },
        };
        if (options is not null)
        {
            var json = System.Text.Json.JsonSerializer.Serialize(options, ContractJson.Default.ExperimentOptions);
            form.Add(new StringContent(json), "options");
        }
        return App.Http.PostAsync("/api/experiments/from-s3", form, Cancellation);
    }

    public async Task<ExperimentCreated> CreatedFromS3Async(string path)
    {
        using var response = await FromS3Async(path);
        if (!response.IsSuccessStatusCode)
            Assert.Fail(await TrainableApp.DetailAsync(response));
        return (await TrainableApp.ReadAsync(response, ContractJson.Default.ExperimentCreated))!;
    }

    /// <summary>Anything of experiments on the disk.</summary>
    public IEnumerable<string> Datasets() =>
        Directory
            .EnumerateFiles(Path.Combine(_home, "held"), "*", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(_home, "workspace"), "*", SearchOption.AllDirectories));
}
