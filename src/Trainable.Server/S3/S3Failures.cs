using System.Net;
using Amazon.Runtime;
using Trainable.Server.Platform;

namespace Trainable.Server.S3;

/// <summary>What went wrong with S3 as one sentence. Its own texts are left out: they repeat keys and signatures.</summary>
internal static class S3Failures
{
    /// <summary>Whether it came of S3 or of the way there, and is no mistake of ours.</summary>
    public static bool IsOfS3(Exception failure) =>
        failure
            is AmazonServiceException
                or AmazonClientException
                or HttpRequestException
                or System.Net.Sockets.SocketException
                or IOException;

    public static UserFacingException Explain(Exception failure, S3Options options, ObjectPath path) =>
        failure is AmazonServiceException answered && answered.StatusCode != default
            ? Answered(answered, options, path)
            : Gateway(
                $"S3 at {options.Host} cannot be reached. See that it runs, and that {S3Options.EndpointKey} is right.",
                failure
            );

    public static UserFacingException Silent(S3Options options, Exception inner) =>
        new(
            $"S3 at {options.Host} did not answer within {options.Patience.TotalSeconds:0.#} s. See that it runs, and try again.",
            StatusCodes.Status504GatewayTimeout,
            inner
        );

    public static UserFacingException BrokeOff(S3Options options, ObjectPath path, Exception? inner) =>
        Gateway($"S3 at {options.Host} broke off in the middle of {path.Shown}. Try again.", inner);

    public static UserFacingException NoObject(ObjectPath path, Exception? inner = null) =>
        new(
            $"There is no object {path.Shown}. Check its spelling; capital and small letters differ.",
            StatusCodes.Status404NotFound,
            inner
        );

    private static UserFacingException Answered(AmazonServiceException failure, S3Options options, ObjectPath path) =>
        (failure.StatusCode, failure.ErrorCode) switch
        {
            (_, "NoSuchBucket") => new UserFacingException(
                $"The bucket '{path.Bucket}' does not exist in S3 at {options.Host}. Make it, or choose another.",
                StatusCodes.Status404NotFound,
                failure
            ),
            (HttpStatusCode.NotFound, _) => NoObject(path, failure),
            (_, "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "InvalidToken" or "ExpiredToken") => Gateway(
                $"S3 at {options.Host} refuses this server's keys. Correct {S3Options.AccessKey} and {S3Options.SecretKey}, and start it again.",
                failure
            ),
            (_, "RequestTimeTooSkewed") => Gateway(
                $"S3 at {options.Host} has another time than this server. Set the clocks right.",
                failure
            ),
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, _) => Gateway(
                $"S3 at {options.Host} does not let this server use the bucket '{path.Bucket}'. Check {S3Options.AccessKey}, {S3Options.SecretKey} and what they may do.",
                failure
            ),
            (HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect, _) => Gateway(
                $"The bucket '{path.Bucket}' lies in another region. Set {S3Options.RegionKey} to it.",
                failure
            ),
            (>= HttpStatusCode.InternalServerError, _) => Gateway(
                $"S3 at {options.Host} has trouble of its own ({(int)failure.StatusCode}). Try again in a while.",
                failure
            ),
            _ => Gateway(
                $"S3 at {options.Host} refused ({(int)failure.StatusCode} {Word(failure.ErrorCode)}).",
                failure
            ),
        };

    private static UserFacingException Gateway(string sentence, Exception? inner) =>
        new(sentence, StatusCodes.Status502BadGateway, inner);

    /// <summary>An error's code, when it is one: whoever answers at the address may write there what it likes.</summary>
    private static string Word(string? code) =>
        code is { Length: > 0 and <= 60 } && code.All(char.IsAsciiLetterOrDigit) ? code : "unnamed";
}
