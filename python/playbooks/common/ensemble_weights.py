def blend_loss(metric, problem):
    """The loss that weights are chosen by: smooth ones stand in for metrics that count hits."""
    if problem == "regression":
        if metric in ("mae", "median_ae", "mape"):
            return lambda truth, guess: float(np.mean(np.abs(truth - guess)))
        return lambda truth, guess: float(np.sqrt(np.mean((truth - guess) ** 2)))

    def log_loss(truth, guess):
        """With one row's worth of doubt, so that a faultless fold does not buy certainty."""
        logs = np.log(np.clip(guess, 1e-7, 1))
        doubt = 1 / len(truth)
        own = logs[np.arange(len(truth)), truth]
        others = (logs.sum(axis=1) - own) / max(1, guess.shape[1] - 1)
        return float(-((1 - doubt) * own + doubt * others).mean())
    return log_loss


def auc_loss(truth, guess):
    ranks = rankdata(guess[:, 1])
    positive = int(truth.sum())
    if positive in (0, len(truth)):
        return 0.0
    return 1 - (ranks[truth == 1].sum() - positive * (positive + 1) / 2) / (positive * (len(truth) - positive))


def greedy_weights(truth, guesses, loss, picks):
    """Caruana's selection with replacement: add the model that helps most, keep the best prefix."""
    names, total, counts = list(guesses), 0.0, {}
    best_loss, best_counts = np.inf, {}
    for number in range(picks):
        losses = {name: loss(truth, (total + guesses[name]) / (number + 1)) for name in names}
        name = min(losses, key=losses.get)
        total = total + guesses[name]
        counts[name] = counts.get(name, 0) + 1
        if losses[name] < best_loss - 1e-9:
            best_loss, best_counts = losses[name], dict(counts)
    picked = sum(best_counts.values())
    return {name: count / picked for name, count in best_counts.items()}


def bagged_weights(truth, guesses, loss, seed, bags=6, picks=20, rows=8000):
    """Greedy weights averaged over bootstraps of the rows, which steadies them."""
    random = np.random.default_rng(seed)
    weights = {}
    for _ in range(bags):
        drawn = random.integers(0, len(truth), min(len(truth), rows))
        found = greedy_weights(truth[drawn], {name: guess[drawn] for name, guess in guesses.items()}, loss, picks)
        for name, weight in found.items():
            weights[name] = weights.get(name, 0.0) + weight / bags
    return weights


def ensemble_weights(truth, guesses, metric, problem, seed, least=0.04, most=8):
    """Weights of the models in the ensemble; half the weight goes by AUC where that is the metric."""
    loss = blend_loss(metric, problem)
    weights = bagged_weights(truth, guesses, loss, seed)
    if problem == "binary" and metric == "roc_auc":
        by_rank = bagged_weights(truth, guesses, auc_loss, seed, bags=3, picks=12, rows=4000)
        weights = {name: (weights.get(name, 0) + by_rank.get(name, 0)) / 2 for name in set(weights) | set(by_rank)}
    kept = sorted((name for name in weights if weights[name] >= least), key=lambda name: -weights[name])[:most]
    kept = kept or [max(weights, key=weights.get)]
    total = sum(weights[name] for name in kept)
    return {name: weights[name] / total for name in kept}


def class_weights(truth, guess, metric, problem, ratio):
    """Multipliers for choosing labels, found out of fold where classes are uneven or the metric counts hits."""
    classes = guess.shape[1]
    hits = {"accuracy", "balanced_accuracy", "f1", "f1_macro", "precision", "recall", "mcc"}
    if metric not in hits and ratio <= 3 or problem == "multiclass" and metric not in hits - {"accuracy"}:
        return [1.0] * classes
    goal = metric if metric in hits - {"precision", "recall"} else "f1"
    share = np.clip(np.bincount(truth, minlength=classes) / len(truth), 1e-6, 1)
    if problem == "binary":
        cuts = np.unique(np.quantile(guess[:, 1], np.linspace(0.02, 0.98, 97)).clip(0.01, 0.99))
        scores = [measure(goal, truth, guess, problem, (guess[:, 1] >= cut).astype(int)) for cut in cuts]
        smooth = np.convolve(np.pad(scores, 2, mode="edge"), np.ones(5) / 5, mode="valid")
        cut = float(cuts[int(np.argmax(smooth))])
        plain = measure(goal, truth, guess, problem)
        return [cut, 1 - cut] if smooth.max() > plain + 1e-3 else [1.0, 1.0]
    powers = [0.0, 0.25, 0.5, 0.75, 1.0]
    scores = [measure(goal, truth, guess, problem, decide(guess, share ** -power)) for power in powers]
    weights = share ** -powers[int(np.argmax(scores))]
    return [float(weight / weights.max()) for weight in weights]


def weigh(search, trials_kept=3):
    """The members, weights, temperature and class weights that the out-of-fold guesses so far speak for."""
    truth, metric, problem = search.truth, search.metric, search.problem
    tuned = sorted((name for name in search.finished if name.startswith("tuned")),
                   key=lambda name: search.finished[name]["loss"])
    # A configuration whose fitted folds have left the disk is no member any more, whatever its rank has become since.
    left_out = {*tuned[trials_kept:], *search.discarded}
    ranked = sorted((name for name in search.guesses if name not in left_out),
                    key=lambda name: search.finished[name]["loss"])
    candidates = {name: search.guesses[name] for name in ranked[:MOST_KEPT]}
    weights = ensemble_weights(truth, candidates, metric, problem, search.seed)
    blend = sum(weight * candidates[name].astype(float) for name, weight in weights.items())
    temperature, multipliers, ratio = 1.0, None, None
    if problem != "regression":
        temperature = best_temperature(truth, blend, blend_loss("log_loss", problem), 0.3, 1.6)
        blend = temper(blend, temperature)
        counts = np.bincount(truth, minlength=search.classes)
        ratio = float(counts.max() / max(1, counts.min()))
        multipliers = class_weights(truth, blend, metric, problem, ratio)
    score = measure(metric, truth, blend, problem, None if multipliers is None else decide(blend, multipliers))
    members = [{"name": name, "weight": weight, "config": search.finished[name]["config"],
                "calibration": search.finished[name]["calibration"]} for name, weight in weights.items()]
    return {"metric": metric, "problem_type": problem, "members": members, "temperature": temperature,
            "class_weights": multipliers, "score": score, "imbalance_ratio": ratio, "seed": search.seed}
