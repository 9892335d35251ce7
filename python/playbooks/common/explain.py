# What a model relies on and where it is worse, looked at on val with the models that were fitted on train alone.
HITS = ("accuracy", "balanced_accuracy", "f1", "f1_macro", "precision", "recall", "mcc")


def ask(model, table, problem, metric):
    """(guesses, chosen class codes or None where the metric does not count hits)."""
    if problem == "regression":
        return model.predict(table), None
    guess = model.predict_proba(table)
    return guess, (guess * np.asarray(model.class_weights)).argmax(axis=1) if metric in HITS else None


def by_source(data):
    """{raw column: places of its features}."""
    sources = data["about"].get("feature_sources") or {}
    groups = {}
    for place, name in enumerate(data["features"]):
        groups.setdefault(sources.get(name, name), []).append(place)
    return groups


def permutation_importance(model, data, seconds, seed):
    """How much the main metric suffers on val when one raw column's features are shuffled: {column: (mean, spread)}.

    The spread over shuffles is None where there was time for one.
    """
    features, goal = data["val"]
    rows = np.random.default_rng(seed).permutation(len(goal))[:1500]
    values, goal = features.iloc[rows].to_numpy(), goal[rows]
    problem, metric, groups = data["problem"], data["metric"], by_source(data)

    def loss(shuffled):
        guess, chosen = ask(model, pd.DataFrame(shuffled, columns=data["features"]), problem, metric)
        return as_loss(metric, measure(metric, goal, guess, problem, chosen))

    started = time.time()
    base = loss(values)
    each = max(time.time() - started, 1e-3)
    names, affordable = list(groups), int(max(8, seconds / each))
    if len(names) > affordable:             # wide data: look at the columns that vary with the target most
        with np.errstate(all="ignore"):
            strength = np.nan_to_num(np.abs([np.corrcoef(values[:, groups[name][0]].astype(float), goal)[0, 1]
                                             for name in names]))
        names = [names[place] for place in np.argsort(-strength)[:affordable]]
    repeats = int(np.clip(affordable // max(1, len(names)), 1, 5))
    random, found = np.random.default_rng(seed), {}
    for name in names:
        drops = []
        for _ in range(repeats):
            shuffled = values.copy()
            shuffled[:, groups[name]] = shuffled[random.permutation(len(values))][:, groups[name]]
            drops.append(loss(shuffled) - base)
        found[name] = (float(np.mean(drops)), float(np.std(drops)) if repeats > 1 else None)
    return dict(sorted(found.items(), key=lambda item: -item[1][0]))


def shap_importance(model, data):
    """Mean |SHAP| by raw column of the heaviest tree model: XGBoost's own TreeSHAP, or the shap package's for forests.

    Empty where neither is at hand.
    """
    ranked = [copies[0] for _, copies in sorted(zip(model.weights, model.members), key=lambda pair: -pair[0])]
    values = model.reader.read(data["val"][0].iloc[:300])
    for member in ranked:
        family, seen = member.config["family"], member.view.transform(values)
        if seen.shape[1] > 500 or member.view.base == "columns":
            continue
        if family == "xgboost":
            found = member.model.booster.predict(member.model.matrix(seen), pred_contribs=True)[..., :-1]
        elif family in ("extra_trees", "random_forest", "lightgbm") and importlib.util.find_spec("shap"):
            import shap
            found = shap.TreeExplainer(getattr(member.model, "model", member.model)).shap_values(
                seen[:50], check_additivity=False)
            found = np.moveaxis(np.array(found), 0, 1) if isinstance(found, list) else np.asarray(found)
            found = found if found.shape[-1] == seen.shape[1] else np.moveaxis(found, -1, 1)
        else:
            continue
        strength = np.abs(found).reshape(len(found), -1, seen.shape[1]).sum(axis=1).mean(axis=0)
        sources, total = data["about"].get("feature_sources") or {}, {}
        for place, value in zip(member.view.places(), strength):
            name = data["features"][place]
            name = sources.get(name, name)
            total[name] = total.get(name, 0.0) + float(value)
        return dict(sorted(total.items(), key=lambda pair: -pair[1])[:20])
    return {}


def row_losses(truth, guess, problem):
    """What each row costs: its log loss, or its squared error."""
    if problem == "regression":
        return (truth - guess) ** 2
    return -np.log(np.clip(guess[np.arange(len(truth)), truth], 1e-7, 1))


def parts_of(data, name, places, values):
    """(description, rows) of the parts of one raw column: its levels, its thirds, and where it is missing."""
    reader, levels = data["reader"], data["about"].get("levels") or {}
    place = next((place for place in places if reader.kinds[place] != "flag"), None)
    if place is None or len(places) > 2:
        return
    column = values[:, place]
    if np.isnan(column).sum() >= 30:
        yield f"{name} missing", np.isnan(column)
    known = column[~np.isnan(column)]
    distinct = np.unique(known)
    if reader.kinds[place] == "level" or len(distinct) <= 6:
        for code in distinct[:12]:
            level = levels.get(name, [])[int(code):int(code) + 1] if reader.kinds[place] == "level" else []
            yield f"{name} = {level[0] if level else f'{code:g}'}", column == code
    elif len(known):
        low, high = np.quantile(known, [1 / 3, 2 / 3])
        yield f"{name} ≤ {low:,.4g}", column <= low
        yield f"{name} from {low:,.4g} to {high:,.4g}", (column > low) & (column <= high)
        yield f"{name} > {high:,.4g}", column > high


def worse_slices(data, guess, chosen, most=8):
    """Parts of val where rows cost clearly more than elsewhere, worst first.

    Each is {what, rows, score, elsewhere, times}: the main metric there and elsewhere, and how many times the mean loss
    of other rows it has. Clearly: by three standard errors, for many parts are looked at.
    """
    features, truth = data["val"]
    problem, metric = data["problem"], data["metric"]
    losses, values = row_losses(truth, guess, problem), data["reader"].read(features)

    def score(rows):
        if problem != "regression" and len(np.unique(truth[rows])) < 2:
            return None
        return measure(metric, truth[rows], guess[rows], problem, None if chosen is None else chosen[rows])

    found = []
    for name, places in by_source(data).items():
        for what, rows in parts_of(data, name, places, values):
            inside, outside = losses[rows], losses[~rows]
            if min(len(inside), len(outside)) < 30:
                continue
            error = math.sqrt(inside.var() / len(inside) + outside.var() / len(outside)) or 1.0
            if (inside.mean() - outside.mean()) / error > 3:
                found.append({"what": what, "rows": int(rows.sum()), "score": score(rows), "elsewhere": score(~rows),
                              "times": float(inside.mean() / max(outside.mean(), 1e-12)),
                              "certainty": float((inside.mean() - outside.mean()) / error)})
    return sorted(found, key=lambda part: -part["certainty"])[:most]


def interval(metric, truth, guess, problem, chosen, seed, draws=200):
    """The main metric's 95 % bootstrap interval on these rows."""
    random, found = np.random.default_rng(seed), []
    for _ in range(draws):
        rows = random.integers(0, len(truth), len(truth))
        if problem == "regression" or len(np.unique(truth[rows])) > 1:
            found.append(measure(metric, truth[rows], guess[rows], problem, None if chosen is None else chosen[rows]))
    return [float(value) for value in np.nanquantile(found, [0.025, 0.975])] if found else None
