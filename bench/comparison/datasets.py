"""Where the bench's tables come from: CSV and Parquet files, what scikit-learn bundles, and seeded synthetic ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

TARGET = "target"
BUNDLED = ["breast_cancer", "wine", "digits", "diabetes", "iris"]


def load(source: str) -> pd.DataFrame:
    kind, _, name = source.partition(":")
    if kind == "sklearn":
        from sklearn import datasets
        table = getattr(datasets, f"load_{name}")(as_frame=True).frame
        return table.assign(target=table["target"].map("c{}".format)) if name == "digits" else table
    if kind == "synthetic":
        return SYNTHETIC[name](np.random.default_rng(20_261_125))
    return pd.read_parquet(source) if Path(source).suffix == ".parquet" else pd.read_csv(source, low_memory=False)


def label(score: np.ndarray, random: np.random.Generator, share: float = 0.5) -> np.ndarray:
    """yes for a share of the rows, likelier where the score is high."""
    noisy = score + random.logistic(size=len(score))
    return np.where(noisy > np.quantile(noisy, 1 - share), "yes", "no")


def noisy_small(random: np.random.Generator) -> pd.DataFrame:
    """300 rows, three of twelve columns matter, much noise."""
    table = pd.DataFrame(random.normal(size=(300, 12)), columns=[f"x{place}" for place in range(12)])
    return table.assign(target=label(1.2 * table.x0 - table.x1 + 0.8 * table.x2, random))


def many_categories(random: np.random.Generator) -> pd.DataFrame:
    """Nothing but categories, some of which only tell together."""
    table = pd.DataFrame({f"c{place}": random.integers(0, size, 3000) for place, size in enumerate(
        [3, 4, 5, 6, 8, 8, 12, 15, 20, 25])})
    effects = [random.normal(size=30) for _ in range(10)]
    score = sum(0.6 * effects[place][table[f"c{place}"]] for place in range(8))
    score = score + 1.5 * ((table.c0 + table.c1) % 2) - 1.0 * ((table.c2 * table.c3) % 3 == 1)
    return table.apply(lambda column: column.map(lambda code: f"{column.name}-{code}")).assign(
        target=label(score.to_numpy(), random))


def high_cardinality(random: np.random.Generator) -> pd.DataFrame:
    """Two columns of hundreds of levels with an effect each, beside a few numbers."""
    rows = 4000
    city, shop = (random.zipf(1.4, rows) % size for size in (400, 900))
    table = pd.DataFrame(random.normal(size=(rows, 4)), columns=list("abcd"))
    score = random.normal(size=400)[city] + random.normal(size=900)[shop] + table.a - 0.5 * table.b * table.c
    return table.assign(city=[f"city {code}" for code in city], shop=[f"s{code:04}" for code in shop],
                        target=label(1.2 * score.to_numpy(), random))


def imbalanced(random: np.random.Generator) -> pd.DataFrame:
    """Two in a hundred rows are positive; curved and missing numbers."""
    table = pd.DataFrame(random.normal(size=(5000, 10)), columns=[f"x{place}" for place in range(10)])
    score = 1.5 * np.abs(table.x0) + table.x1 * table.x2 + 0.7 * table.x3
    table = table.mask(random.random(table.shape) < 0.05)
    return table.assign(target=label(1.5 * score.to_numpy(), random, 0.02))


def many_classes(random: np.random.Generator) -> pd.DataFrame:
    """Seven classes: clusters of odd shapes in eighteen columns."""
    rows, centres = 1200, random.normal(scale=1.3, size=(14, 18))
    cluster = random.integers(0, 14, rows)
    mix = random.normal(size=(14, 18, 18)) / 3
    values = centres[cluster] + np.einsum("nij,nj->ni", mix[cluster], random.normal(size=(rows, 18)))
    return pd.DataFrame(values, columns=[f"m{place}" for place in range(18)]).assign(
        target=[f"kind {code % 7}" for code in cluster])


def nonlinear_regression(random: np.random.Generator) -> pd.DataFrame:
    """Friedman's first function with five useless columns and noise."""
    table = pd.DataFrame(random.random((1500, 10)), columns=[f"x{place}" for place in range(10)])
    goal = 10 * np.sin(np.pi * table.x0 * table.x1) + 20 * (table.x2 - 0.5) ** 2 + 10 * table.x3 + 5 * table.x4
    return table.assign(target=goal + random.normal(size=len(table)))


def skewed_prices(random: np.random.Generator) -> pd.DataFrame:
    """Prices: products of factors, with categories and a long tail."""
    rows = 2500
    size, age = random.gamma(4, 30, rows), random.integers(0, 90, rows)
    area, state = random.integers(0, 30, rows), random.integers(0, 4, rows)
    price = 800 * size ** 0.9 * np.exp(random.normal(scale=0.4, size=30)[area] - 0.006 * age + 0.15 * state
                                       + random.normal(scale=0.15, size=rows))
    return pd.DataFrame({"size": size, "age": age, "area": [f"area {code}" for code in area],
                         "state": np.array(["poor", "fair", "good", "new"])[state], "target": price.round()})


def text(random: np.random.Generator) -> pd.DataFrame:
    """Short reviews, a date and a price: the words tell most."""
    good, bad = "great love fast sturdy happy perfect works recommend".split(), \
        "broken late refund poor noisy cheap returned never".split()
    plain = ("the a it this product was is very box arrived ordered colour size for my kitchen and with after one two "
             "week days price again quality shop delivery").split()
    notes, score = [], random.normal(size=2000)
    for value in score:
        share = 1 / (1 + np.exp(-1.5 * value))
        words = [random.choice(good if random.random() < share else bad) if random.random() < 0.18 else
                 random.choice(plain) for _ in range(random.integers(6, 25))]
        notes.append(" ".join(words))
    price = random.gamma(3, 20, 2000)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 600, 2000), unit="D")
    return pd.DataFrame({"review": notes, "day": day.strftime("%Y-%m-%d"), "price": price.round(2),
                         "target": label(2.0 * score - 0.01 * price + 0.4 * (day.dayofweek >= 5), random)})


def wide(random: np.random.Generator) -> pd.DataFrame:
    """120 rows and 1,500 columns, of which twenty matter a little."""
    values = random.normal(size=(120, 1500)) + random.normal(size=(120, 1))
    score = values[:, :20] @ random.normal(size=20)
    return pd.DataFrame(values, columns=[f"g{place}" for place in range(1500)]).assign(
        target=label(2 * (score - score.mean()) / score.std(), random))


def duplicates(random: np.random.Generator) -> pd.DataFrame:
    """Half of the rows are copies of others, with labels that do not always agree."""
    table = pd.DataFrame(random.normal(size=(900, 8)).round(2), columns=[f"x{place}" for place in range(8)])
    copies = table.sample(900, replace=True, random_state=1)
    table = pd.concat([table, copies], ignore_index=True)
    return table.assign(target=label(table.x0 * table.x1 + table.x2 - 0.5 * table.x3 ** 2, random)).sample(
        frac=1, random_state=2, ignore_index=True)


SYNTHETIC = {maker.__name__: maker for maker in (
    noisy_small, many_categories, high_cardinality, imbalanced, many_classes, nonlinear_regression, skewed_prices, text,
    wide, duplicates)}
