namespace Trainable.Tests.Datasets;

/// <summary>Images in the one format that needs no encoder: Windows bitmaps of 24 bits.</summary>
internal static class Bitmaps
{
    private const int HeaderBytes = 54;

    /// <param name="side">Pixels along and down.</param>
    /// <param name="colour">Of the pixel in a column of a row, counted from below.</param>
    public static byte[] Make(int side, Func<int, int, (byte Red, byte Green, byte Blue)> colour)
    {
        var line = ((side * 3) + 3) / 4 * 4;
        var file = new byte[HeaderBytes + (line * side)];
        file[0] = (byte)'B';
        file[1] = (byte)'M';
        Write(2, file.Length);
        Write(10, HeaderBytes);
        Write(14, 40);
        Write(18, side);
        Write(22, side);
        file[26] = 1;
        file[28] = 24;
        for (var row = 0; row < side; row++)
        for (var column = 0; column < side; column++)
        {
            var at = HeaderBytes + (row * line) + (column * 3);
            (file[at + 2], file[at + 1], file[at]) = colour(column, row);
        }
        return file;

        void Write(int at, int value) => BitConverter.TryWriteBytes(file.AsSpan(at), value);
    }

    /// <summary>A bright square somewhere on a dark ground, another for each number; reddish or bluish.</summary>
    public static byte[] Square(int number, bool reddish)
    {
        var random = new Random(number);
        var (left, down, size) = (random.Next(20), random.Next(20), random.Next(6, 12));
        return Make(
            32,
            (column, row) =>
            {
                var noise = (byte)random.Next(60);
                var inside = column >= left && column < left + size && row >= down && row < down + size;
                var bright = (byte)(inside ? 150 + noise : noise);
                return reddish ? (bright, noise, noise) : (noise, noise, bright);
            }
        );
    }
}
