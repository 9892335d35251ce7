namespace Trainable.Server.Datasets.Profiles;

/// <summary>What the values of a column look like, whatever type the file gives them.</summary>
internal static class ColumnTypes
{
    public const string Integer = "integer";
    public const string Number = "number";
    public const string Boolean = "boolean";
    public const string Date = "date";
    public const string Category = "category";
    public const string Text = "text";

    /// <summary>Every value is missing.</summary>
    public const string Empty = "empty";
}
