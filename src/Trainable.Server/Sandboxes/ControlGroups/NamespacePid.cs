using System.Globalization;

namespace Trainable.Server.Sandboxes.ControlGroups;

/// <summary>The runner knows its children by the pids of its own namespace; groups want the host's.</summary>
internal static class NamespacePid
{
    private const string Field = "NSpid:";

    /// <summary>The process among <paramref name="candidates"/> that its innermost namespace calls <paramref name="inner"/>.</summary>
    public static int? Find(IEnumerable<int> candidates, int inner)
    {
        foreach (var pid in candidates)
        {
            if (Innermost(pid) == inner)
                return pid;
        }
        return null;
    }

    private static int? Innermost(int pid)
    {
        try
        {
            // "NSpid:  4711  7": this namespace's, then each nested one's.
            foreach (var line in File.ReadLines($"/proc/{pid}/status"))
            {
                if (line.StartsWith(Field, StringComparison.Ordinal))
                    return int.Parse(line.AsSpan(line.LastIndexOf('\t') + 1), NumberStyles.None);
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Ended between the listing and now.
        }
        return null;
    }
}
