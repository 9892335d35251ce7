using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Trainable.Tests.Wire;

/// <summary>
/// Wire messages frozen as files beside the tests. A difference fails and leaves <c>NAME.received</c> beside the approved
/// file; TRAINABLE_APPROVE=1 writes the approved files anew, for review in the diff.
/// </summary>
internal static partial class ApprovedFile
{
    public static void ShouldMatchApproved(this string text, string name, [CallerFilePath] string caller = "")
    {
        var directory = Path.Combine(Path.GetDirectoryName(caller)!, "approved");
        var approved = Path.Combine(directory, name);
        var received = approved + ".received";
        Directory.CreateDirectory(directory);
        File.Delete(received);
        if (Environment.GetEnvironmentVariable("TRAINABLE_APPROVE") == "1")
        {
            File.WriteAllText(approved, text);
            return;
        }
        var expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (text == expected)
            return;
        File.WriteAllText(received, text);
        text.ShouldBe(expected, $"{name} is not what was approved; see {received}");
    }

    /// <summary>What differs from run to run becomes a name: ids in the order they appear, times, traces, measured sizes.</summary>
    public static string Normalise(string text)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        text = Id()
            .Replace(
                text,
                match =>
                    ids.TryGetValue(match.Value, out var known) ? known : ids[match.Value] = $"{{id{ids.Count + 1}}}"
            );
        text = Time().Replace(text, "{time}");
        text = Trace().Replace(text, "\"trace_id\":\"{trace}\"");
        text = LastSeq().Replace(text, "\"last_seq\":0");
        text = Seconds().Replace(text, "\"$1\":0.0");
        return Memory().Replace(text, "\"peak_memory_bytes\":0");
    }

    [GeneratedRegex(
        @"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<="")[0-9a-f]{32}(?="")",
        RegexOptions.ExplicitCapture,
        2_000
    )]
    private static partial Regex Id();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", RegexOptions.ExplicitCapture, 2_000)]
    private static partial Regex Time();

    [GeneratedRegex(@"""trace_id"":""[^""]*""", RegexOptions.ExplicitCapture, 2_000)]
    private static partial Regex Trace();

    [GeneratedRegex(@"""last_seq"":\d+", RegexOptions.ExplicitCapture, 2_000)]
    private static partial Regex LastSeq();

#pragma warning disable MA0023 // The replacement names the group by number.
    [GeneratedRegex(@"""(wall_seconds|cpu_seconds)"":[0-9.]+", RegexOptions.None, 2_000)]
    private static partial Regex Seconds();
#pragma warning restore MA0023

    [GeneratedRegex(@"""peak_memory_bytes"":\d+", RegexOptions.ExplicitCapture, 2_000)]
    private static partial Regex Memory();
}
