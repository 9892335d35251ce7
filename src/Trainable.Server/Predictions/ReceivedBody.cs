using Trainable.Server.Platform;

namespace Trainable.Server.Predictions;

/// <summary>The body of a request, put down as a file.</summary>
internal static class ReceivedBody
{
    /// <param name="body">What is received, or a part of it unpacked.</param>
    /// <param name="path">The file to make.</param>
    /// <param name="most">Bytes that one request may have, unpacked.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="before">Bytes of the request that are already put down.</param>
    /// <returns>Bytes of it that are put down now.</returns>
    /// <exception cref="UserFacingException">The request has more than <paramref name="most"/> bytes (413).</exception>
    public static async Task<long> SaveAsync(
        Stream body,
        string path,
        long most,
        CancellationToken cancellation,
        long before = 0
    )
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[1 << 17];
        for (var saved = before; ; )
        {
            var read = await body.ReadAsync(buffer, cancellation);
            if (read == 0)
                return saved;
            if ((saved += read) > most)
                throw new UserFacingException(
                    $"What was sent to be predicted is larger than the {ByteSize.Format(most)} that one upload may have. Send it in parts.",
                    StatusCodes.Status413PayloadTooLarge
                );
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }
}
