# Metrics by their usual names. `truth` holds class codes 0..K-1 (or numbers), `guess` probabilities (or numbers).
GREATER_IS_BETTER = {"roc_auc", "average_precision", "accuracy", "balanced_accuracy", "f1", "f1_macro", "precision",
                     "recall", "mcc", "r2"}
METRICS = {"binary": ["roc_auc", "average_precision", "log_loss", "accuracy", "balanced_accuracy", "f1", "precision",
                      "recall", "mcc"],
           "multiclass": ["accuracy", "balanced_accuracy", "f1_macro", "log_loss", "roc_auc", "mcc"],
           "regression": ["rmse", "mae", "r2", "median_ae", "mape"]}
ALIASES = {"auc": "roc_auc", "roc_auc_ovr": "roc_auc", "auroc": "roc_auc", "pr_auc": "average_precision",
           "logloss": "log_loss", "neg_log_loss": "log_loss", "cross_entropy": "log_loss", "acc": "accuracy",
           "f1_score": "f1", "macro_f1": "f1_macro", "f1_weighted": "f1_macro", "matthews_corrcoef": "mcc",
           "root_mean_squared_error": "rmse", "neg_root_mean_squared_error": "rmse", "mse": "rmse",
           "mean_squared_error": "rmse", "mean_absolute_error": "mae", "r2_score": "r2",
           "median_absolute_error": "median_ae"}


def main_metric(asked, problem):
    """The metric to choose models by: what was asked for where it fits the problem, else the default."""
    name = re.sub(r"[\s-]+", "_", str(asked or "").lower())
    name = ALIASES.get(name, name)
    if problem == "multiclass" and name == "f1":
        name = "f1_macro"
    if problem == "binary" and name == "f1_macro":
        name = "f1"
    return name if name in METRICS[problem] else METRICS[problem][0]


def measure(name, truth, guess, problem, chosen=None):
    """One metric; `chosen` are predicted class codes where they are not simply the likeliest class."""
    from sklearn import metrics as sk
    if problem == "regression":
        return float({"rmse": lambda: np.sqrt(np.mean((truth - guess) ** 2)),
                      "mae": lambda: np.mean(np.abs(truth - guess)),
                      "r2": lambda: sk.r2_score(truth, guess), "median_ae": lambda: np.median(np.abs(truth - guess)),
                      "mape": lambda: np.mean(np.abs(truth - guess) / np.maximum(np.abs(truth), 1e-9))}[name]())
    classes = np.arange(guess.shape[1])
    if name == "log_loss":
        return float(sk.log_loss(truth, np.clip(guess, 1e-7, 1), labels=classes))
    if name == "roc_auc":
        present = np.unique(truth)
        if len(present) < 2:
            return math.nan
        if problem == "binary":
            return float(sk.roc_auc_score(truth, guess[:, 1]))
        return float(np.mean([sk.roc_auc_score(truth == label, guess[:, label]) for label in present]))
    if name == "average_precision":
        return float(sk.average_precision_score(truth, guess[:, 1]))
    chosen = guess.argmax(axis=1) if chosen is None else chosen
    return float({"accuracy": lambda: np.mean(truth == chosen), "mcc": lambda: sk.matthews_corrcoef(truth, chosen),
                  "balanced_accuracy": lambda: np.mean([np.mean(chosen[truth == label] == label)
                                                        for label in np.unique(truth)]),
                  "f1": lambda: sk.f1_score(truth, chosen, zero_division=0),
                  "f1_macro": lambda: sk.f1_score(truth, chosen, average="macro", zero_division=0),
                  "precision": lambda: sk.precision_score(truth, chosen, zero_division=0),
                  "recall": lambda: sk.recall_score(truth, chosen, zero_division=0)}[name]())


def as_loss(name, value):
    """The metric's value turned so that smaller is better."""
    return -value if name in GREATER_IS_BETTER else value
