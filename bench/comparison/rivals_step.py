"""Fits the constant, the forest and the boosting on rival_train.csv and writes their guesses for rival_test.csv."""

import json
import sys

import numpy as np
import pandas as pd
from sklearn.ensemble import (HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier,
                              RandomForestRegressor)


def numbers_of(train: pd.Series, test: pd.Series) -> tuple[np.ndarray, np.ndarray] | None:
    """A column as numbers or days, where nearly all of its values are such."""
    both = [pd.to_numeric(side, errors="coerce") for side in (train, test)]
    if both[0].notna().sum() < 0.9 * train.notna().sum():
        if train.dropna().astype(str).str.match(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}").mean() < 0.9:
            return None
        both = [pd.to_datetime(side, errors="coerce").astype("int64") / 86400e9 for side in (train, test)]
    return tuple(side.to_numpy(float) for side in both)


def encode(train: pd.DataFrame, test: pd.DataFrame) -> tuple[dict, dict, list[bool]]:
    """Columns for the forest and for the boosting, and which of the latter are categories."""
    forest, boosting, categories = ([], []), ([], []), []
    for name in train.columns:
        if train[name].nunique(dropna=True) == 0:
            continue
        numbers = numbers_of(train[name], test[name])
        if numbers is not None:
            middle = np.nanmedian(numbers[0])
            for side in (0, 1):
                forest[side].append(np.where(np.isnan(numbers[side]), middle, numbers[side])[:, None])
                boosting[side].append(numbers[side][:, None])
            categories.append(False)
            continue
        sides = [side[name].fillna("missing").astype(str) for side in (train, test)]
        if sides[0].str.count(" ").mean() >= 3 and sides[0].nunique() > 0.3 * len(train):
            topics = topics_of(*sides)
            for side in (0, 1):
                forest[side].append(topics[side])
                boosting[side].append(topics[side])
            categories += [False] * topics[0].shape[1]
            continue
        levels = sides[0].value_counts().index.tolist()
        codes = [side.map({level: code for code, level in enumerate(levels)}).to_numpy(float) for side in sides]
        for side in (0, 1):
            boosting[side].append(codes[side][:, None])
            forest[side].append((codes[side][:, None] == np.arange(len(levels))).astype(float) if len(levels) <= 20
                                else np.nan_to_num(codes[side], nan=-1)[:, None])
        categories.append(len(levels) <= 250)
    return tuple(map(np.hstack, forest)), tuple(map(np.hstack, boosting)), categories


def topics_of(train: pd.Series, test: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    weigh = TfidfVectorizer(max_features=5000)
    words = weigh.fit_transform(train)
    reduce = TruncatedSVD(min(50, words.shape[1] - 1), random_state=0).fit(words)
    return reduce.transform(words), reduce.transform(weigh.transform(test))


def main() -> None:
    about = json.loads(sys.argv[1])
    table, test = (pd.read_csv(f"rival_{name}.csv", low_memory=False) for name in ("train", "test"))
    train, goal = table.drop(columns=[about["target"]]), np.load("goal.npy")
    classes, seed = about["classes"], about["seed"]
    forest, boosting, categories = encode(train, test)
    native = np.array(categories) if any(categories) else None
    if not classes:
        trees = RandomForestRegressor(500, random_state=seed, n_jobs=2).fit(forest[0], goal)
        boosted = HistGradientBoostingRegressor(random_state=seed, categorical_features=native).fit(boosting[0], goal)
        found = {"constant": np.full(len(test), goal.mean()), "forest": trees.predict(forest[1]),
                 "boosting": boosted.predict(boosting[1])}
    else:
        found = {"constant": np.tile(np.bincount(goal, minlength=classes) / len(goal), (len(test), 1))}
        for name, model, (rows, asked) in (
                ("forest", RandomForestClassifier(500, random_state=seed, n_jobs=2), forest),
                ("boosting", HistGradientBoostingClassifier(random_state=seed, categorical_features=native), boosting)):
            model.fit(rows, goal)
            guess = np.zeros((len(test), classes))
            guess[:, model.classes_] = model.predict_proba(asked)
            found[name] = guess
    np.savez("rivals.npz", **found)


main()
