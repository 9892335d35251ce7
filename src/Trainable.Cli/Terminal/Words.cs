using System.Globalization;
using Trainable.Contracts;

namespace Trainable.Cli.Terminal;

/// <summary>Numbers, times and names as the studio writes them.</summary>
internal static class Words
{
    /// <summary><c>0.4 s</c>, <c>12 s</c>, <c>2m 14s</c>, <c>1h 03m</c>.</summary>
    public static string Duration(TimeSpan span) =>
        span.TotalSeconds switch
        {
            < 0 => "0.0 s",
            < 9.95 => $"{span.TotalSeconds:0.0} s",
            < 59.5 => $"{span.TotalSeconds:0} s",
            < 3600 => $"{(int)span.TotalMinutes}m {span.Seconds:00}s",
            _ => $"{(int)span.TotalHours}h {span.Minutes:00}m",
        };

    /// <summary>A running clock: <c>0:04</c>, <c>1:02:03</c>.</summary>
    public static string Clock(TimeSpan span) =>
        span.TotalHours >= 1
            ? $"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}"
            : $"{span.Minutes}:{span.Seconds:00}";

    public static string Bytes(long count) =>
        count switch
        {
            < 1_000 => $"{count} B",
            < 1_000_000 => $"{count / 1e3:0} kB",
            < 1_000_000_000 => $"{count / 1e6:0.0} MB",
            _ => $"{count / 1e9:0.0} GB",
        };

    /// <summary>A measured value: four significant digits, thousands separated, tiny and huge ones in powers of ten.</summary>
    public static string Number(double value)
    {
        var size = Math.Abs(value);
        return size switch
        {
            0 => "0",
            >= 1e9 or < 1e-4 => value.ToString("0.###e0", CultureInfo.InvariantCulture),
            >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
            >= 100 => value.ToString("0.0", CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0.00", CultureInfo.InvariantCulture),
            _ => value.ToString("0.0000", CultureInfo.InvariantCulture),
        };
    }

    public static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    public static string Compact(long count) =>
        count switch
        {
            < 1_000 => $"{count}",
            < 1_000_000 => $"{count / 1e3:0}k",
            _ => $"{count / 1e6:0.0}M",
        };

    /// <summary>What of the data a model may see.</summary>
    public static string Share(string level) =>
        level switch
        {
            ShareLevels.Schema => "names and types only",
            ShareLevels.Full => "all working rows",
            _ => "statistics and examples",
        };

    public static string Stage(string stage) =>
        stage switch
        {
            Stages.Eda => "EDA",
            Stages.Prep => "Prep",
            Stages.Train => "Train",
            _ => stage,
        };

    /// <summary>A state as a person says it: <c>prep_running</c> is "Prep is running".</summary>
    public static string State(string state)
    {
        var cut = state.LastIndexOf('_');
        return cut < 0 ? state
            : SessionStates.IsRunning(state) ? $"{Stage(state[..cut])} is running"
            : SessionStates.IsDone(state) ? $"{Stage(state[..cut])} is done"
            : state;
    }

    /// <summary>What models used and what that cost; empty where nothing was used.</summary>
    public static string Cost(UsageTotals usage)
    {
        var tokens = usage.InputTokens + usage.OutputTokens;
        if (tokens == 0)
            return "";
        var priced = usage.UnpricedTurns < usage.Turns ? $"{Dollars(usage.CostUsd)}, " : "";
        var gap = usage.UnpricedTurns > 0 ? $"; the price of {Count(usage.UnpricedTurns, "turn")} is not known" : "";
        return $"{priced}{Compact(tokens)} tokens in {Count(usage.Turns, "turn")}{gap}";
    }

    /// <summary>Cents from a cent up, and enough digits to see anything below.</summary>
    public static string Dollars(decimal amount) =>
        "$" + amount.ToString(amount is 0 or >= 0.01m ? "0.00" : "0.0000", CultureInfo.InvariantCulture);

    public static string Ago(TimeSpan span) =>
        span.TotalSeconds switch
        {
            < 60 => "just now",
            < 3600 => $"{(int)span.TotalMinutes} min ago",
            < 86_400 => $"{(int)span.TotalHours} h ago",
            _ => $"{(int)span.TotalDays} d ago",
        };
}
