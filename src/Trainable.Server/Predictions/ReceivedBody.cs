using Trainable.Server.Platform;

namespace Trainable.Server.Predictions;

/// <summary>The body of a request, put down as a file.</summary>
internal static class ReceivedBody
{
    /// <exception cref="UserFacingException">It is larger than <paramref name="most"/> bytes (413).</exception>
    public static async Task SaveAsync(Stream body, string path, long most, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[1 << 17];
        for (var left = most; ; )
        {
            var read = await body.ReadAsync(buffer, cancellation);
            if (read == 0)
                return;
            if ((left -= read) < 0)
                throw new UserFacingException(
                    $"The table is larger than the {ByteSize.Format(most)} that one upload may have.",
                    StatusCodes.Status413PayloadTooLarge
                );
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }
}
