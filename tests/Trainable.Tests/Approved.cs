using System.Reflection;
using System.Runtime.CompilerServices;

namespace Trainable.Tests;

/// <summary>
/// Text that a person has approved, kept beside the test that makes it. What differs is written next to it as
/// <c>*.received.txt</c>: look at it, and rename it over the approved file if it is right.
/// </summary>
internal static class Approved
{
    public static string Root { get; } =
        Assembly
            .GetExecutingAssembly()
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(attribute => attribute.Key == "RepositoryRoot")
            .Value!;

    public static void ShouldBeApproved(this string actual, string name, [CallerFilePath] string caller = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(caller)!, "Approved");
        var approved = Path.Combine(folder, $"{name}.txt");
        var received = Path.Combine(folder, $"{name}.received.txt");
        if (File.Exists(approved) && File.ReadAllText(approved) == actual)
        {
            File.Delete(received);
            return;
        }
        Directory.CreateDirectory(folder);
        File.WriteAllText(received, actual);
        actual.ShouldBe(
            File.Exists(approved) ? File.ReadAllText(approved) : "",
            $"{received} is not what was approved."
        );
    }
}
