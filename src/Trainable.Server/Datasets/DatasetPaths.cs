using Trainable.Server.Platform;

namespace Trainable.Server.Datasets;

/// <summary>Where the parts of one experiment's dataset lie. All but <see cref="Working"/> are never mounted anywhere.</summary>
internal sealed record DatasetPaths(string Held, string Working)
{
    public DatasetPaths(TrainableHome home, Guid experiment)
        : this(home.HeldOf(experiment), home.Dataset(experiment)) { }

    /// <summary>The files as they came.</summary>
    public string Upload => Path.Combine(Held, "upload");

    /// <summary>An image folder's images by their neutral names, held ones too; other names of the files in <see cref="Upload"/>.</summary>
    public string Images => Path.Combine(Held, "images");

    /// <summary>Empty or absent between operations.</summary>
    public string Scratch => Path.Combine(Held, "scratch");

    /// <summary>Written last: without it the dataset does not exist.</summary>
    public string Manifest => Path.Combine(Held, "manifest.json");
    public string Profile => Path.Combine(Held, "profile.json");

    /// <summary>How it differs from the version before; only there where there is one.</summary>
    public string Drift => Path.Combine(Held, "drift.json");

    /// <summary>One bit per row of the upload, lowest first; set where the row is held.</summary>
    public string HeldRows => Path.Combine(Held, "held_rows.bits");

    /// <summary>The held rows with every column, in the format of the working file.</summary>
    public string HeldFile(string extension) => Path.Combine(Held, "held" + extension);
}
