using Trainable.Contracts;
using Trainable.Server.Platform;

namespace Trainable.Server.Datasets.Holdout;

/// <summary>Reads from a table what decides the draw, and draws.</summary>
internal sealed class HoldoutPlanner(LoadedTable table, ExperimentOptions options)
{
    private const string Separator = "chr(31)";

    /// <exception cref="UserFacingException">No row can be held apart from the others (422).</exception>
    public HoldoutPlan Plan()
    {
        var target = options.Target is { } name ? TargetColumn.Inspect(table, name, options) : null;
        var eligible = HasValue(target?.Index);
        if (options.TimeColumn is { } time)
            return ByTime(time, eligible);
        return options.GroupColumn is { } group ? ByGroup(group, eligible) : ByRow(target, eligible);
    }

    private HoldoutPlan ByRow(TargetColumn? target, bool[] eligible)
    {
        var all = Enumerable.Range(0, table.Columns.Count);
        var keys = Keys(string.Join($", {Separator}, ", all.Select(table.TextOf)));
        var strata = target switch
        {
            null => null,
            { Continuous: true } => HoldoutDraw.Quantiles(WrittenNumbers(target.Index), eligible),
            _ => Classes(target.Index, eligible),
        };
        var strategy = target switch
        {
            null => HoldoutStrategies.Random,
            { Continuous: true } => HoldoutStrategies.Quantiles,
            _ => HoldoutStrategies.Stratified,
        };
        var held =
            HoldoutDraw.ByKey(keys, strata, eligible)
            ?? throw TableFile.Refuse(
                "All rows are the same, so none can be held to measure a model on. Upload another table."
            );
        var how = target switch
        {
            null => "drawn at random",
            { Continuous: true } => $"spread over the quantiles of `{target.Name}`",
            _ => $"stratified by `{target.Name}`",
        };
        return Describe(held, strategy, target?.Name, $"{how} (seed {options.Seed}), identical rows on one side");
    }

    private HoldoutPlan ByGroup(string column, bool[] eligible)
    {
        var index = table.Find(column) ?? throw new InvalidOperationException("Columns are checked before.");
        RequireBoth(eligible, HasValue(index));
        var held =
            HoldoutDraw.ByKey(Keys(table.TextOf(index)), strata: null, eligible)
            ?? throw TableFile.Refuse(
                $"The group column `{column}` has one group only, so none can be held. Name another, or none."
            );
        return Describe(held, HoldoutStrategies.Group, column, $"whole groups of `{column}` (seed {options.Seed})");
    }

    private HoldoutPlan ByTime(string column, bool[] eligible)
    {
        var index = table.Find(column) ?? throw new InvalidOperationException("Columns are checked before.");
        RequireBoth(eligible, HasValue(index));
        var times = Times(column, index);
        for (var row = 0; row < times.Length; row++)
            eligible[row] &= !double.IsNaN(times[row]);
        var held =
            HoldoutDraw.Latest(times, eligible)
            ?? throw TableFile.Refuse(
                $"The time column `{column}` has one time only, so no row is later than others. Name another, or none."
            );
        return Describe(held, HoldoutStrategies.Time, column, $"the latest by `{column}`");
    }

    private static HoldoutPlan Describe(bool[] held, string strategy, string? column, string how)
    {
        var count = held.LongCount(row => row);
        var percent = 100.0 * count / held.LongLength;
        return new HoldoutPlan(
            held,
            strategy,
            column,
            $"{count:N0} of {held.LongLength:N0} rows ({percent:0.#} %) are held to measure models on: {how}."
        );
    }

    /// <summary>True per row where the column has a value; all true for no column.</summary>
    private bool[] HasValue(int? column)
    {
        var flags = new bool[table.Rows];
        if (column is not { } index)
        {
            Array.Fill(flags, true);
            return flags;
        }
        var row = 0;
        table.Database.ForEach(
            $"SELECT {table.TextOf(index)} IS NOT NULL FROM {LoadedTable.Name} ORDER BY rowid",
            value => flags[row++] = value.GetBoolean(0)
        );
        return flags;
    }

    private ulong[] Keys(string text)
    {
        var keys = new ulong[table.Rows];
        var row = 0;
        table.Database.ForEach(
            $"SELECT md5_number_upper(concat('{options.Seed}', {Separator}, {text})) FROM {LoadedTable.Name} ORDER BY rowid",
            value => keys[row++] = value.GetFieldValue<ulong>(0)
        );
        return keys;
    }

    private double[] Numbers(int column) => Doubles($"TRY_CAST({table.TextOf(column)} AS DOUBLE)");

    private double[] WrittenNumbers(int column)
    {
        var values = new double[table.Rows];
        var row = 0;
        table.Database.ForEach(
            $"SELECT {table.TextOf(column)} FROM {LoadedTable.Name} ORDER BY rowid",
            value => values[row++] = WrittenNumber.Read(value.IsDBNull(0) ? null : value.GetString(0)) ?? double.NaN
        );
        return values;
    }

    private double[] Doubles(string sql)
    {
        var values = new double[table.Rows];
        var row = 0;
        table.Database.ForEach(
            $"SELECT {sql} FROM {LoadedTable.Name} ORDER BY rowid",
            value => values[row++] = value.IsDBNull(0) ? double.NaN : value.GetDouble(0)
        );
        return values;
    }

    /// <summary>Numbers the classes in the order of their names, so that the draw does not depend on the rows' order.</summary>
    private int[] Classes(int column, bool[] eligible)
    {
        var levels = new Dictionary<string, int>(StringComparer.Ordinal);
        var codes = new int[table.Rows];
        var row = 0;
        table.Database.ForEach(
            $"SELECT {table.TextOf(column)} FROM {LoadedTable.Name} ORDER BY rowid",
            value =>
            {
                if (eligible[row])
                {
                    var level = value.GetString(0);
                    if (!levels.TryGetValue(level, out codes[row]))
                        codes[row] = levels[level] = levels.Count;
                }
                row++;
            }
        );
        var order = levels.Keys.Order(StringComparer.Ordinal).ToArray();
        var ranks = new int[order.Length];
        for (var rank = 0; rank < order.Length; rank++)
            ranks[levels[order[rank]]] = rank;
        return Array.ConvertAll(codes, code => ranks[code]);
    }

    /// <summary>Seconds for dates, the numbers themselves for numbers; NaN where there is neither.</summary>
    private double[] Times(string column, int index)
    {
        var text = table.TextOf(index);
        var known = $"FROM {LoadedTable.Name} WHERE {text} IS NOT NULL";
        var numbers = table.Database.Scalar<bool>(
            $"SELECT coalesce(bool_and(coalesce(isfinite(TRY_CAST({text} AS DOUBLE)), false)), false) {known}"
        );
        if (numbers)
            return Numbers(index);
        var format =
            DateFormats.Detect(table.Database, $"(SELECT {text} AS v {known})")
            ?? throw TableFile.Refuse(
                $"The time column `{column}` cannot be read: its values are neither all numbers nor all dates written in one way. Write them as 2024-12-31, or name another column."
            );
        return Doubles($"epoch({DateFormats.Parse(text, format)})");
    }

    private static void RequireBoth(bool[] eligible, bool[] other)
    {
        for (var row = 0; row < eligible.Length; row++)
            eligible[row] &= other[row];
    }
}
