using System.Globalization;
using System.Text.RegularExpressions;
using Trainable.Server.Platform;

namespace Trainable.Server.S3;

/// <summary>What S3 is asked with. A class and no record: nothing prints it by accident.</summary>
internal sealed class S3Keys(string access, string secret, string? session)
{
    public string Access => access;

    public string Secret => secret;

    /// <summary>Null for keys that last.</summary>
    public string? Session => session;
}

/// <summary>
/// Which S3 there is, and what of it may be used. All of it comes from the environment and none from a request, so that
/// nobody can have the server ask somewhere else. Every mistake is reported, not just the first.
/// </summary>
internal sealed partial record S3Options
{
    public const string EndpointKey = "S3_ENDPOINT";
    public const string PublicEndpointKey = "S3_PUBLIC_ENDPOINT";
    public const string AccessKey = "AWS_ACCESS_KEY_ID";
    public const string SecretKey = "AWS_SECRET_ACCESS_KEY";
    public const string SessionTokenKey = "AWS_SESSION_TOKEN";
    public const string RegionKey = "AWS_REGION";
    public const string BucketsKey = "TRAINABLE_S3_BUCKETS";
    public const string SyncKey = "TRAINABLE_S3_SYNC";
    public const string PartKey = "TRAINABLE_S3_PART_SIZE";
    public const string PatienceKey = "TRAINABLE_S3_TIMEOUT";

    /// <summary>How to switch it on, for the answers of a server without it.</summary>
    public const string NotSetUp =
        $"S3 is not set up on this server. Start it with {EndpointKey}, {AccessKey}, {SecretKey} and {BucketsKey}.";

    /// <summary>S3 takes no smaller parts, but for the last of an object.</summary>
    public const long SmallestPart = 5L << 20;

    /// <summary>S3 lists no more at once.</summary>
    public const int MostOfAPage = 1_000;

    /// <summary>A part is held in memory while it is sent.</summary>
    private const long LargestPart = 512L << 20;
    private const string Off = "off";

    /// <summary>The buckets of the reference; they may be used where an endpoint is named and no buckets are.</summary>
    private static readonly string[] UsualBuckets = ["datasets", "experiments"];

    /// <summary>Null for Amazon's own, or when there is no S3.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Where browsers reach the same S3: what presigned addresses begin with. Null for <see cref="Endpoint"/>.</summary>
    public Uri? PublicEndpoint { get; init; }
    public string Region { get; init; } = "us-east-1";
    public S3Keys? Keys { get; init; }

    /// <summary>The buckets that may be used; none when there is no S3.</summary>
    public IReadOnlyList<string> Buckets { get; init; } = [];

    /// <summary>Where what stages make is copied to; null for nowhere.</summary>
    public string? SyncBucket { get; init; }

    /// <summary>What is larger is sent in parts of this size.</summary>
    public long PartBytes { get; init; } = 8L << 20;

    /// <summary>How long S3 may take to answer.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The pause before a copy that failed is tried again; each doubles it.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(2);
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Objects of one answer of a listing.</summary>
    public int PageSize { get; init; } = MostOfAPage;

    public bool IsOn => Buckets.Count > 0;

    /// <summary>Whom sentences speak of.</summary>
    public string Host => Endpoint?.Authority ?? $"Amazon ({Region})";

    /// <exception cref="UserFacingException">One or more settings are wrong; the message names each.</exception>
    public static S3Options Read(IConfiguration configuration)
    {
        string? Value(string key) => configuration[key] is { Length: > 0 } value ? value : null;

        var mistakes = new List<string>();
        var endpoint = Address(EndpointKey, Value(EndpointKey), mistakes);
        var named = Value(BucketsKey);
        if (Value(EndpointKey) is null && named is null)
            return new S3Options();
        var buckets = named is null ? UsualBuckets : BucketsOf(named, mistakes);
        var options = new S3Options
        {
            Endpoint = endpoint,
            PublicEndpoint = Address(PublicEndpointKey, Value(PublicEndpointKey), mistakes),
            Region = Value(RegionKey) ?? Value("AWS_DEFAULT_REGION") ?? "us-east-1",
            Keys = KeysOf(Value(AccessKey), Value(SecretKey), Value(SessionTokenKey), mistakes),
            Buckets = buckets,
            SyncBucket = SyncBucketOf(Value(SyncKey), buckets, mistakes),
            PartBytes = PartOf(Value(PartKey), mistakes),
            Patience = PatienceOf(Value(PatienceKey), mistakes),
        };
        return mistakes is [] ? options : throw new UserFacingException(string.Join(' ', mistakes));
    }

    private static Uri? Address(string key, string? text, List<string> mistakes)
    {
        if (text is null)
            return null;
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            && address is { UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" }
        )
            return address;
        // What was written may hold a password before its '@', so it is not repeated.
        mistakes.Add($"{key} is no address of an S3 server; it looks like http://localhost:9000.");
        return null;
    }

    private static string[] BucketsOf(string text, List<string> mistakes)
    {
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var wrong in names.Where(name => !BucketName().IsMatch(name)))
            mistakes.Add(
                $"{BucketsKey} holds '{wrong}'; a bucket's name has 3 to 63 small letters, digits, dots and dashes."
            );
        if (names.Length == 0)
            mistakes.Add($"{BucketsKey} names no bucket; separate names with commas.");
        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    private static S3Keys? KeysOf(string? access, string? secret, string? session, List<string> mistakes)
    {
        if (access is not null && secret is not null)
            return new S3Keys(access, secret, session);
        mistakes.Add($"S3 needs {AccessKey} and {SecretKey}; set both.");
        return null;
    }

    private static string? SyncBucketOf(string? text, IReadOnlyList<string> buckets, List<string> mistakes)
    {
        if (text is Off)
            return null;
        if (text is null)
            return buckets.Count > 0 ? buckets[0] : null;
        if (!buckets.Contains(text, StringComparer.Ordinal))
            mistakes.Add($"{SyncKey} is '{text}'; it can be '{Off}' or one of {string.Join(", ", buckets)}.");
        return text;
    }

    private static long PartOf(string? text, List<string> mistakes)
    {
        if (text is null)
            return new S3Options().PartBytes;
        if (ByteSize.Parse(text) is { } bytes and >= SmallestPart and <= LargestPart)
            return bytes;
        mistakes.Add(
            $"{PartKey} is '{text}'; use a size from {ByteSize.Format(SmallestPart)} to {ByteSize.Format(LargestPart)}, such as 16M."
        );
        return SmallestPart;
    }

    private static TimeSpan PatienceOf(string? text, List<string> mistakes)
    {
        if (text is null)
            return new S3Options().Patience;
        if (
            double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds is >= 1 and <= 600
        )
            return TimeSpan.FromSeconds(seconds);
        mistakes.Add($"{PatienceKey} is '{text}'; it takes seconds from 1 to 600.");
        return new S3Options().Patience;
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]\z", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex BucketName();
}
