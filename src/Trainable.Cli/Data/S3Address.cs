namespace Trainable.Cli.Data;

/// <summary>Data that the server takes from S3 itself: <c>s3://bucket/data.csv</c>, <c>s3://bucket/folder/</c>.</summary>
internal static class S3Address
{
    private const string Scheme = "s3://";

    public static bool Is(string data) => data.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>What the experiment is called unless the person says otherwise: the file, the folder or the bucket.</summary>
    /// <exception cref="CommandException">There is no bucket in it.</exception>
    public static string NameOf(string address)
    {
        var path = address[Scheme.Length..].TrimEnd('/');
        if (path.Length == 0)
            throw new CommandException(
                $"'{address}' names no bucket; it looks like s3://bucket/data.csv, or s3://bucket/folder/ for all in it.",
                ExitCodes.Usage
            );
        var last = path[(path.LastIndexOf('/') + 1)..];
        return address.EndsWith('/') ? last
            : Path.GetFileNameWithoutExtension(last) is { Length: > 0 } stem ? stem
            : last;
    }
}
