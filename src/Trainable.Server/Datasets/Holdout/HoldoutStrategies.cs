namespace Trainable.Server.Datasets.Holdout;

/// <summary>What decided which rows the host holds.</summary>
internal static class HoldoutStrategies
{
    public const string Random = "random";

    /// <summary>By the classes of the target.</summary>
    public const string Stratified = "stratified";

    /// <summary>By the quantiles of a numeric target.</summary>
    public const string Quantiles = "quantiles";

    /// <summary>Whole groups.</summary>
    public const string Group = "group";

    /// <summary>The latest rows.</summary>
    public const string Time = "time";
}
