using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Trainable.Server.S3;
using Trainable.Tests.App;

[assembly: AssemblyFixture(typeof(SharedS3))]

namespace Trainable.Tests.App;

/// <summary>The S3 server that all tests share: started by the first that asks, ended with the run.</summary>
internal sealed class SharedS3 : IAsyncDisposable
{
    private readonly Lazy<Task<S3Server>> _server = new(S3Server.StartAsync);

    /// <summary>Skips the test where there is none.</summary>
    public static async Task<S3Server> ServerAsync()
    {
        S3Server.Require();
        var shared = await TestContext.Current.GetFixture<SharedS3>();
        return await shared!._server.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }
}

/// <summary>OpenStack Swift with its S3 API, in a temporary directory and on a free port; see <c>s3_server.py</c>.</summary>
internal sealed class S3Server : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";
    private const string AccessKey = "test:tester";
    private const string SecretKey = "testing";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Process _process;
    private int _buckets;

    private S3Server(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
        Client = new AmazonS3Client(
            new BasicAWSCredentials(AccessKey, SecretKey),
            new AmazonS3Config
            {
                ServiceURL = endpoint.ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = "us-east-1",
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            }
        );
    }

    public Uri Endpoint { get; }

    /// <summary>Looks at S3 past the server under test.</summary>
    public AmazonS3Client Client { get; }

    /// <summary>Skips the test where it is not installed; fails it under CI.</summary>
    public static void Require()
    {
        if (Directory.Exists("/usr/lib/python3/dist-packages/swift"))
            return;
        if (System.Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail("OpenStack Swift is not installed; './trainable setup --tests' installs it.");
        Assert.Skip("OpenStack Swift, the tests' S3 server, is not installed.");
    }

    public static async Task<S3Server> StartAsync()
    {
        var directory = Directory.CreateTempSubdirectory("trainable-s3-").FullName;
        // In a session of its own: what ends the tests' process group must leave it to clean up after itself.
        var start = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        string script = Path.Combine(AppContext.BaseDirectory, "s3_server.py");
        foreach (var argument in new[] { Python, "-B", script, directory })
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var port =
            await process.StandardOutput.ReadLineAsync(patience.Token)
            ?? throw new InvalidOperationException("The S3 server did not start; what it said is on stderr.");
        return new S3Server(process, new Uri($"http://127.0.0.1:{port}"));
    }

    /// <summary>A new bucket; the name is free in this run.</summary>
    public async Task<string> CreateBucketAsync()
    {
        var bucket = $"bucket-{Interlocked.Increment(ref _buckets)}";
        await Client.PutBucketAsync(bucket, TestContext.Current.CancellationToken);
        return bucket;
    }

    /// <summary>What a server under test is configured with: these buckets, the first also for copies.</summary>
    public S3Options Options(params string[] buckets) =>
        new()
        {
            Endpoint = Endpoint,
            Keys = new S3Keys(AccessKey, SecretKey, session: null),
            Buckets = buckets,
            SyncBucket = buckets[0],
            PartBytes = S3Options.SmallestPart,
            FirstPause = TimeSpan.FromMilliseconds(50),
            LongestPause = TimeSpan.FromMilliseconds(400),
        };

    /// <summary>The same for a command in a process of its own.</summary>
    public IReadOnlyDictionary<string, string> Environment(string bucket) =>
        new Dictionary<string, string>
        {
            ["S3_ENDPOINT"] = Endpoint.ToString(),
            ["AWS_ACCESS_KEY_ID"] = AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = SecretKey,
            ["TRAINABLE_S3_BUCKETS"] = bucket,
        };

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }
}
