namespace Trainable.Server.Events;

/// <summary>
/// Takes the parameterised statements of a write transaction: the hot path of inserts, past EF's change tracker. Statements
/// run in the order they are given, at once (SQLite) or together at the end (PostgreSQL), and use only what both share.
/// </summary>
internal abstract class RowWriter
{
    /// <summary>Adds a statement whose parameters are <c>@p0, @p1, …</c>.</summary>
    public abstract void Execute(string sql, params ReadOnlySpan<object?> values);

    /// <summary>Adds a statement that returns a whole number, or no row.</summary>
    public abstract Returned Query(string sql, params ReadOnlySpan<object?> values);

    /// <summary>Adds many rows, given column by column.</summary>
    public abstract void InsertMany(string table, params ReadOnlySpan<RowColumn> columns);
}

/// <summary>What a statement will have returned once it has run.</summary>
internal sealed class Returned
{
    public bool HasRun { get; private set; }

    /// <summary>Null when there was no row.</summary>
    public long? Value { get; private set; }

    public void Set(object? value)
    {
        HasRun = true;
        Value = value is null ? null : Convert.ToInt64(value);
    }
}

/// <summary>A column of rows to insert; all columns of an insert are of one length.</summary>
/// <param name="Name">The column's, a constant of this assembly.</param>
/// <param name="Values">Of type long, double?, string?, Guid or DateTime.</param>
/// <param name="IsSame">All values are the first.</param>
internal readonly record struct RowColumn(string Name, Array Values, bool IsSame = false)
{
    /// <summary>The same value in every row.</summary>
    public static RowColumn Same<T>(string name, T value, int rows)
    {
        var values = new T[rows];
        Array.Fill(values, value);
        return new RowColumn(name, values, IsSame: true);
    }
}
