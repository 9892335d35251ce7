using Trainable.Contracts;

namespace Trainable.Server.Referee.Scoring;

/// <summary>The metrics the host measures, by scikit-learn's names.</summary>
internal static class MetricNames
{
    public const string Accuracy = "accuracy";
    public const string BalancedAccuracy = "balanced_accuracy";
    public const string F1 = "f1";
    public const string F1Macro = "f1_macro";
    public const string RocAuc = "roc_auc";
    public const string LogLoss = "log_loss";
    public const string Brier = "brier_score";
    public const string Rmse = "rmse";
    public const string Mae = "mae";
    public const string R2 = "r2";

    private static readonly string[] NeedProbabilities = [RocAuc, LogLoss, Brier];

    public static bool HigherIsBetter(string metric) => metric is not (LogLoss or Brier or Rmse or Mae);

    /// <summary>The main metric when nobody chose one.</summary>
    public static string Default(string problemType, bool hasProbabilities) =>
        problemType switch
        {
            ProblemTypes.Regression => Rmse,
            ProblemTypes.Binary when hasProbabilities => RocAuc,
            ProblemTypes.Binary => BalancedAccuracy,
            _ => Accuracy,
        };

    /// <summary>Everything that can be measured for a problem, in the order it is shown.</summary>
    public static IReadOnlyList<string> Of(string problemType, bool hasProbabilities)
    {
        string[] all = problemType switch
        {
            ProblemTypes.Regression => [Rmse, Mae, R2],
            ProblemTypes.Binary => [RocAuc, Accuracy, BalancedAccuracy, F1, F1Macro, LogLoss, Brier],
            _ => [Accuracy, BalancedAccuracy, F1Macro, RocAuc, LogLoss],
        };
        return hasProbabilities ? all : [.. all.Except(NeedProbabilities, StringComparer.Ordinal)];
    }

    /// <summary>The metric a person means; null when the problem has no such metric.</summary>
    public static string? Parse(string? text, string problemType)
    {
        if (string.IsNullOrWhiteSpace(text))
            return null;
        var name = text.Trim().ToLowerInvariant().Replace(' ', '_').Replace('-', '_') switch
        {
            "auc" or "rocauc" or "auroc" => RocAuc,
            "acc" => Accuracy,
            "logloss" or "cross_entropy" => LogLoss,
            "brier" => Brier,
            "f1_score" => F1,
            "macro_f1" => F1Macro,
            "root_mean_squared_error" => Rmse,
            "mean_absolute_error" => Mae,
            "r_squared" or "r^2" or "r2_score" => R2,
            var same => same,
        };
        if (name == F1 && problemType == ProblemTypes.Multiclass)
            name = F1Macro;
        return Of(problemType, hasProbabilities: true).Contains(name, StringComparer.Ordinal) ? name : null;
    }
}
