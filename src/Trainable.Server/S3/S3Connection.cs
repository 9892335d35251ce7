using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Trainable.Server.Platform;

namespace Trainable.Server.S3;

/// <summary>The clients of the official SDK, made when the first is needed: without S3 they cost nothing.</summary>
internal sealed class S3Connection(S3Options options, TimeProvider clock) : IDisposable
{
    /// <summary>At this pace a part is still waited for.</summary>
    private const double SlowestBytesPerSecond = 100_000;

    private readonly Lazy<AmazonS3Client> _client = new(() => Create(options, options.Endpoint));
    private readonly Lazy<AmazonS3Client> _public = new(() =>
        Create(options, options.PublicEndpoint ?? options.Endpoint)
    );

    public S3Options Options => options;

    /// <summary>Signs addresses as people reach them; asks nothing of S3.</summary>
    public AmazonS3Client Public => _public.Value;

    /// <summary>Asks S3, for as long as it may take, and explains what goes wrong.</summary>
    /// <param name="path">What it is about.</param>
    /// <param name="ask">The question.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="bytes">What is sent with it; a longer question may take longer.</param>
    /// <exception cref="UserFacingException">S3 does not answer (504), or not as it should (404, 502).</exception>
    public async Task<T> AskAsync<T>(
        ObjectPath path,
        Func<AmazonS3Client, CancellationToken, Task<T>> ask,
        CancellationToken cancellation,
        long bytes = 0
    )
    {
        using var limit = new CancellationTokenSource(
            options.Patience + TimeSpan.FromSeconds(bytes / SlowestBytesPerSecond),
            clock
        );
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await ask(_client.Value, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw S3Failures.Silent(options, late);
        }
        catch (Exception failure) when (S3Failures.IsOfS3(failure))
        {
            throw S3Failures.Explain(failure, options, path);
        }
    }

    public void Dispose()
    {
        foreach (var client in new[] { _client, _public })
        {
            if (client.IsValueCreated)
                client.Value.Dispose();
        }
    }

    private static AmazonS3Client Create(S3Options options, Uri? endpoint)
    {
        var keys =
            options.Keys ?? throw new UserFacingException(S3Options.NotSetUp, StatusCodes.Status501NotImplemented);
        var config = new AmazonS3Config
        {
            AuthenticationRegion = options.Region,
            // A path works for every server and every bucket; names of hosts need DNS and certificates for each.
            ForcePathStyle = endpoint is not null,
            // Swift and older MinIO know no other checksums than those of the signature.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            // The address is the one of our options, whatever else the environment says to other programs.
            IgnoreConfiguredEndpointUrls = true,
            AllowAutoRedirect = false,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 2,
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // Ours counts by what is sent.
        };
        if (endpoint is null)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        else
            config.ServiceURL = endpoint.ToString();
        AWSCredentials credentials = keys.Session is { } session
            ? new SessionAWSCredentials(keys.Access, keys.Secret, session)
            : new BasicAWSCredentials(keys.Access, keys.Secret);
        return new AmazonS3Client(credentials, config);
    }
}
