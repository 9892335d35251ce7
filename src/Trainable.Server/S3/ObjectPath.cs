using System.Text;
using Trainable.Server.Datasets;
using Trainable.Server.Platform;

namespace Trainable.Server.S3;

/// <summary>An object, or all whose keys begin alike: <c>s3://bucket/key</c>, <c>s3://bucket/prefix/</c>.</summary>
internal readonly record struct ObjectPath(string Bucket, string Key)
{
    public const string Scheme = "s3://";
    private const int LongestKey = 1024;

    /// <summary>It ends in a slash, or is a whole bucket.</summary>
    public bool IsPrefix => Key is "" || Key.EndsWith('/');

    public override string ToString() => $"{Scheme}{Bucket}/{Key}";

    /// <summary>As it may stand in a sentence.</summary>
    public string Shown => ShownText.Cut(ToString(), 160);

    /// <exception cref="UserFacingException">It is no such address (400).</exception>
    public static ObjectPath Parse(string text)
    {
        var rest = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? text[Scheme.Length..] : "";
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0)
            throw new UserFacingException(
                $"Invalid S3 path: {ShownText.Cut(text, 160)}. It looks like s3://bucket/data.csv, or s3://bucket/folder/ for all in it."
            );
        return new ObjectPath(rest[..slash], rest[(slash + 1)..]);
    }

    /// <summary>
    /// Refuses a key that names no object, or that an address would lead elsewhere: HTTP clients resolve <c>..</c> on their
    /// way, and the way begins with the bucket.
    /// </summary>
    /// <exception cref="UserFacingException">The key cannot be used (422).</exception>
    public ObjectPath CheckKey()
    {
        if (Key is "")
            throw Refuse("The key is empty; name the object in the bucket.");
        CheckPrefix();
        return this;
    }

    /// <summary>As <see cref="CheckKey"/>, but all keys may be meant.</summary>
    /// <exception cref="UserFacingException">The prefix cannot be used (422).</exception>
    public ObjectPath CheckPrefix() => Problem() is { } problem ? throw Refuse(problem) : this;

    public bool HasUsableKey => Key is not "" && Problem() is null;

    private string? Problem()
    {
        if (Encoding.UTF8.GetByteCount(Key) > LongestKey)
            return $"The key is longer than {LongestKey:N0} bytes, which S3 does not take.";
        if (Key.Any(char.IsControl) || !IsText(Key))
            return $"The key '{ShownText.Cut(Key)}' holds a character that is none. Rename the object.";
        return Key.Split('/').Any(part => part is "." or "..")
            ? $"The key '{ShownText.Cut(Key)}' has a part '.' or '..', which leads elsewhere in an address. Rename the object."
            : null;
    }

    /// <summary>A lone half of a surrogate pair has no bytes to send.</summary>
    private static bool IsText(string key) => key.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);

    private static UserFacingException Refuse(string sentence) =>
        new(sentence, StatusCodes.Status422UnprocessableEntity);
}
