namespace Trainable.Server.Platform;

/// <summary>
/// A little of the disk that is kept back in the home. When the disk is full it is given up, so that the end of a run, and
/// the sentence that says why, can still be recorded.
/// </summary>
internal sealed class SpaceReserve(TrainableHome home)
{
    private const long MostBytes = 1 << 20;

    /// <summary>Of what is free: a disk that cannot hold the whole reserve still has to hold the end of a run.</summary>
    private const int ShareOfFree = 4;
    private const long TooLittle = 256 << 10;

    private readonly Lock _gate = new();

    /// <summary>Keeps the space back where there is any; called when a server starts and before a stage does.</summary>
    public void Fill()
    {
        lock (_gate)
        {
            if (File.Exists(home.Reserve))
                return;
            var draft = home.Reserve + ".new";
            try
            {
                File.WriteAllBytes(draft, new byte[Math.Min(MostBytes, Free / ShareOfFree)]);
                File.Move(draft, home.Reserve, overwrite: true);
            }
            catch (IOException full) when (DiskFull.Is(full))
            {
                // Without it a run that ends for want of space is recorded once there is some.
                File.Delete(draft);
            }
        }
    }

    /// <summary>True when so little is left that whatever failed just now most likely failed for want of space.</summary>
    public bool IsDiskFull => Free < TooLittle;

    private long Free => new DriveInfo(home.Root).AvailableFreeSpace;

    /// <summary>Gives the space up; false when there was none.</summary>
    public bool Release()
    {
        lock (_gate)
        {
            if (!File.Exists(home.Reserve))
                return false;
            File.Delete(home.Reserve);
            return true;
        }
    }
}
