# Guesses made into honest probabilities, by what out-of-fold guesses showed. Numbers of regression stay as they are.
def temper(guess, temperature):
    """Probabilities made sharper (below 1) or softer (above 1)."""
    if temperature == 1.0:
        return guess
    logits = np.log(np.clip(guess, 1e-12, 1)) / temperature
    logits -= logits.max(axis=1, keepdims=True)
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def best_temperature(truth, guess, loss, low=0.4, high=2.5):
    rows = np.random.default_rng(0).permutation(len(truth))[:20_000]
    truth, guess = truth[rows], guess[rows]
    return float(min(np.geomspace(low, high, 33), key=lambda value: loss(truth, temper(guess, value))))


def learn_calibration(truth, guess, family, classes, loss):
    """{} for numbers, Platt's {"coef", "intercept"} for scores, {"temperature", "doubt"} for probabilities."""
    if not classes:
        return {}
    if family == "svm":
        from sklearn.linear_model import LogisticRegression
        # Each row also counts a little as each other class, so that no separation buys certainty.
        doubt = 1 / len(truth)
        shifted = np.concatenate([(truth + step) % classes for step in range(classes)])
        weights = np.r_[np.full(len(truth), 1 - doubt), np.full(len(truth) * (classes - 1), doubt / (classes - 1))]
        model = LogisticRegression(C=1e3, max_iter=500).fit(np.vstack([guess] * classes), shifted, weights)
        return {"coef": model.coef_.tolist(), "intercept": model.intercept_.tolist()}
    # Forests and neighbours say 0 where they mean "few": a trace of doubt keeps the logarithm finite.
    doubt = 1e-4 if family in ("extra_trees", "random_forest", "nearest_neighbours") else 0.0
    found = {"temperature": 1.0, "doubt": doubt}
    found["temperature"] = best_temperature(truth, calibrate(guess, found), loss)
    return found


def calibrate(guess, calibration):
    if "coef" in calibration:
        logits = guess @ np.array(calibration["coef"]).T + np.array(calibration["intercept"])
        if logits.shape[1] == 1:
            share = sigmoid(logits)
            return np.hstack([1 - share, share])
        logits = np.exp(logits - logits.max(axis=1, keepdims=True))
        return logits / logits.sum(axis=1, keepdims=True)
    if "temperature" in calibration:
        doubt = calibration["doubt"]
        return temper((1 - doubt) * guess + doubt / guess.shape[1], calibration["temperature"])
    return guess


def decide(guess, weights):
    """Class codes: the largest probability after each class is multiplied by its weight."""
    return (guess * np.asarray(weights)).argmax(axis=1)
