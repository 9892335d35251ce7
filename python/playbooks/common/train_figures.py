def draw_models(search):
    models = sorted(search["models"], key=lambda model: as_loss(search["metric"], model["score"]))[:14][::-1]
    figure, axes = start_figure(8, 0.9 + 0.32 * (len(models) + 1))
    names = [model["name"].replace("_", " ") for model in models] + ["ensemble"]
    scores = [model["score"] for model in models] + [search["ensemble_score"]]
    spread = [model["score_sd"] / math.sqrt(search["folds"]) for model in models] + [0]
    colours = [BLUE if model["weight"] else "#b6c2cf" for model in models] + [ORANGE]
    axes.errorbar(scores, range(len(names)), xerr=spread, fmt="none", ecolor=QUIET, elinewidth=1)
    axes.scatter(scores, range(len(names)), c=colours, s=45, zorder=3)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlabel(f"{search['metric']}, out of fold on train (bars: standard error over folds)")
    axes.set_title("Models compared (blue: in the ensemble)")
    return save_figure(figure, "models_compared")


def draw_importance(importance, metric):
    shown = list(importance.items())[:15][::-1]
    figure, axes = start_figure(8, 0.9 + 0.3 * len(shown))
    axes.barh([short(name) for name, _ in shown], [mean for _, (mean, _) in shown],
              xerr=[spread or 0.0 for _, (_, spread) in shown], color=BLUE, ecolor=QUIET)
    axes.set_xlabel(f"{metric} lost on val when the column is shuffled")
    axes.set_title("What the model relies on")
    return save_figure(figure, "importance")


def draw_confusion(truth, chosen, names):
    count = len(names)
    table = np.zeros((count, count), dtype=int)
    np.add.at(table, (truth, chosen), 1)
    most = np.argsort(-table.sum(axis=1))[:15]
    table = table[np.ix_(most, most)]
    share = table / np.maximum(1, table.sum(axis=1, keepdims=True))
    side = 3.2 + 0.45 * len(most)
    figure, axes = start_figure(side + 0.8, side)
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    axes.grid(False)
    for row in range(len(most)):
        for column in range(len(most)):
            axes.text(column, row, f"{table[row, column]:,}", ha="center", va="center",
                      color="white" if share[row, column] > 0.55 else INK, fontsize=9)
    shown = [short(names[place], 14) for place in most]
    axes.set_xticks(range(len(most)), shown, rotation=45 if count > 4 else 0, ha="right" if count > 4 else "center")
    axes.set_yticks(range(len(most)), shown)
    axes.set(xlabel="predicted", ylabel="true", title="Confusion matrix on val")
    return save_figure(figure, "confusion_matrix")


def draw_binary_curves(truth, probability, positive):
    from sklearn.calibration import calibration_curve
    from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve
    figure, (left, middle, right) = start_figure(11.5, 3.9, 1, 3)
    false_rate, true_rate, _ = roc_curve(truth, probability)
    left.plot(false_rate, true_rate, color=BLUE, lw=2)
    left.plot([0, 1], [0, 1], color=QUIET, lw=1, ls="--")
    left.set(title=f"ROC, area {roc_auc_score(truth, probability):.3f}", xlabel="false positive rate",
             ylabel="true positive rate")
    precision, recall, _ = precision_recall_curve(truth, probability)
    middle.plot(recall, precision, color=BLUE, lw=2)
    middle.axhline(truth.mean(), color=QUIET, lw=1, ls="--")
    middle.set(title=f"Precision–recall, area {average_precision_score(truth, probability):.3f}", xlabel="recall",
               ylabel="precision", ylim=(0, 1.03))
    bins = int(np.clip(len(truth) // 40, 4, 10))
    seen, said = calibration_curve(truth, probability, n_bins=bins, strategy="quantile")
    right.plot(said, seen, "o-", color=BLUE, lw=1.5)
    right.plot([0, 1], [0, 1], color=QUIET, lw=1, ls="--")
    right.set(title="Calibration", xlabel=f"predicted probability of {short(positive, 14)}", ylabel="share observed")
    return save_figure(figure, "curves")


def draw_regression(truth, guess, target):
    figure, (left, right) = start_figure(10, 4.2, 1, 2)
    some = np.random.default_rng(0).permutation(len(truth))[:3000]
    low, high = min(truth.min(), guess.min()), max(truth.max(), guess.max())
    left.scatter(truth[some], guess[some], s=10, alpha=0.35, color=BLUE, linewidths=0)
    left.plot([low, high], [low, high], color=ORANGE, lw=1.2)
    left.set(title="Predicted and true values on val", xlabel=f"true {short(target)}", ylabel="predicted")
    right.scatter(guess[some], (truth - guess)[some], s=10, alpha=0.35, color=BLUE, linewidths=0)
    right.axhline(0, color=ORANGE, lw=1.2)
    right.set(title="Residuals on val", xlabel="predicted", ylabel="true − predicted")
    return save_figure(figure, "residuals")
