using System.Text.Json;
using System.Text.Json.Serialization;

namespace Trainable.Server.Platform;

/// <summary>
/// The interpreter sandboxes run: Debian's by its absolute path, or a venv whose prefix is mounted read-only.
/// <c>trainable setup</c> writes it to <c>$TRAINABLE_HOME/python.json</c>.
/// </summary>
internal sealed record PythonLocation
{
    /// <summary>Absolute path, never a name looked up on PATH (another python3 may be first there).</summary>
    public string Executable { get; set; } = "/usr/bin/python3";

    /// <summary>Directories outside <c>/usr</c> that the interpreter needs, such as a venv's prefix.</summary>
    public IReadOnlyList<string> Prefixes { get; set; } = [];

    public static PythonLocation Read(TrainableHome home) => Read(home.PythonConfig);

    /// <exception cref="UserFacingException">The file holds no JSON.</exception>
    public static PythonLocation Read(string path)
    {
        if (!File.Exists(path))
            return new PythonLocation();
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), PlatformJson.Default.PythonLocation)
                ?? new PythonLocation();
        }
        catch (JsonException broken)
        {
            throw new UserFacingException(
                $"{path} is not valid JSON ({broken.Message}). Run './trainable setup' to write it again.",
                inner: broken
            );
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PythonLocation))]
internal sealed partial class PlatformJson : JsonSerializerContext;
