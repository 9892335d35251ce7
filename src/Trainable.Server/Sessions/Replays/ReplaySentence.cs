using System.Globalization;
using Trainable.Contracts;

namespace Trainable.Server.Sessions.Replays;

/// <summary>What a person reads of a replay: which way of being the same held, or what differs first.</summary>
internal static class ReplaySentence
{
    public static string Of(ReplayResult result)
    {
        var cost = result.OriginalCostUsd is > 0 and { } paid
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The replies had cost ${paid:0.####}; running them again cost nothing."
            )
            : "No model was asked, and nothing was paid.";
        var diverged =
            result.Divergences.Count > 0 ? $" {Places(result.Divergences.Count)} otherwise than recorded." : "";
        return $"{Files(result)}{diverged} {cost}";
    }

    private static string Files(ReplayResult result)
    {
        var all = result.Artifacts.Count;
        var same = result.Artifacts.Count(file => Equalities.IsSame(file.Equality));
        var ways = string.Join(
            ", ",
            result
                .Counts.Where(count => Equalities.IsSame(count.Key))
                .Select(count => $"{count.Value} {Way(count.Key)}")
        );
        if (result.First is not { } first)
            return all == 0
                ? "Neither session has a file."
                : $"{(all == 1 ? "The one file is" : $"All {all} files are")} the same as the original's: {ways}.";
        var what = first.Equality switch
        {
            Equalities.Missing => "is missing here",
            Equalities.Extra => "is new here",
            _ => "differs",
        };
        return $"{first.Path} {what}{(first.Detail is { } detail ? $": {detail}" : "")}. "
            + $"{same} of {all} files are the same as the original's{(same > 0 ? $" ({ways})" : "")}.";
    }

    private static string Way(string equality) =>
        equality switch
        {
            Equalities.Identical => "byte for byte",
            Equalities.SessionId => "but for the session's own id",
            Equalities.Times => "but for times, dates or addresses",
            Equalities.Values => "by their values",
            _ => "by what they answer on the held rows",
        };

    private static string Places(int count) =>
        count == 1 ? "At one place things went" : $"At {count} places things went";
}
