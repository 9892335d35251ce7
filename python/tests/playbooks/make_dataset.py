"""Writes a small dataset: make_dataset.py KIND PATH. Three are scikit-learn's, the messy ones have every trap."""

import sys

import numpy as np
import pandas as pd

kind, path = sys.argv[1:]
random = np.random.default_rng(7)
if kind in ("breast_cancer", "wine", "diabetes"):
    from sklearn import datasets
    table = getattr(datasets, f"load_{kind}")(as_frame=True).frame
else:
    rows = {"tiny": 50, "messy": 700, "messy_regression": 600, "rare": 400, "imbalanced": 3000, "duplicated": 300}[kind]
    x, z, w = random.normal(size=(3, rows))
    level = random.integers(0, 60, rows)
    effect = random.normal(size=60)[level]
    signal = 1.5 * x - z + effect + 0.8 * random.normal(size=rows)
    table = pd.DataFrame({"x": x, "z": z, "w": w})
    if kind.startswith("messy"):
        day = pd.Timestamp("2021-03-01") + pd.to_timedelta(random.integers(0, 700, rows), unit="D")
        words = np.array("red blue late early broken shiny fast slow quiet loud heavy light".split())
        table = pd.DataFrame({
            "customer_id": [f"C{10000 + number}" for number in random.permutation(rows)],
            "row": np.arange(rows),
            "price, in $": [f"${1000 + 100 * value:,.2f}" for value in x],
            "blank number": [" " if random.random() < 0.05 else f"{value:.3f}" for value in z],
            "share": [f"{value:.1f}%" for value in 50 + 10 * w],
            "signed up": day.strftime("%d.%m.%Y"),
            "seen at": (day + pd.Timedelta("5h")).strftime("%Y-%m-%dT%H:%M:%S"),
            "aktiv?": np.where(random.random(rows) < 0.3, "Yes", "No"),
            "größe \"quoted\"": random.choice(["small", "medium", "large"], rows),
            "city": [f"city {number}" for number in level],
            "colour": random.choice(["red", "green", "blue", None], rows),
            "note": [" ".join(random.choice(words, 7)) + f" {number}" for number in range(rows)],
            "empty": np.nan, "always": "same",
            "half empty": np.where(random.random(rows) < 0.5, np.nan, w),
            "infinite": np.where(random.random(rows) < 0.01, np.inf, random.normal(size=rows)),
            "Case": random.normal(size=rows), "case": random.normal(size=rows),
        })
        table["colour copy"] = table["colour"].map({"red": "R", "green": "G", "blue": "B"})
        table.loc[:2, table.columns[2:]] = np.nan
        if kind == "messy":
            label = np.where(signal > 0.3, "gone", "stays").astype(object)
            table["leaky"] = np.where(label == "gone", 17, 4)
            table["outcome"] = label
            table.loc[5:12, "outcome"] = None
        else:
            table["outcome"] = [f"{1000 + 250 * value:,.1f}" for value in signal]
            table.loc[5:12, "outcome"] = None
        table = pd.concat([table, table.iloc[100:120]], ignore_index=True)
    elif kind == "tiny":
        table["label"] = np.where(signal > 0, 1.0, 2.0)
        table.loc[0, "label"] = np.nan
    elif kind == "rare":
        table["label"] = np.digitize(signal, [-2, 0, 2]) + 1
        table.loc[[10, 11], "label"] = 7
        table.loc[[12], "label"] = 6
    elif kind == "imbalanced":
        table["flag"] = signal > np.quantile(signal, 0.985)
    elif kind == "duplicated":
        table["label"] = np.where(signal > 0, "a", "b")
        table["group"] = [f"g{number // 6}" for number in range(rows)]
        table["when"] = pd.date_range("2022-01-01", periods=rows, freq="D").strftime("%Y-%m-%d")
        table = pd.concat([table, table.iloc[:60]], ignore_index=True)
table.to_csv(path, index=False)
