namespace Trainable.Server.Sandboxes;

/// <summary>
/// The device nodes by which programs use a GPU: NVIDIA's, AMD's compute node, and the render nodes of both and others.
/// Never the nodes of screens, which show what a person does.
/// </summary>
internal static class GpuDevices
{
    private static readonly (string Folder, string Pattern)[] Places =
    [
        (".", "nvidia*"),
        (".", "kfd"),
        ("dri", "renderD*"),
    ];

    /// <summary>Empty where there is no GPU.</summary>
    public static IReadOnlyList<string> Find(string devices = "/dev") =>
        [
            .. Places
                .Select(place => (Folder: Path.GetFullPath(Path.Combine(devices, place.Folder)), place.Pattern))
                .Where(place => Directory.Exists(place.Folder))
                .SelectMany(place => Directory.EnumerateFiles(place.Folder, place.Pattern))
                .Order(StringComparer.Ordinal),
        ];
}
