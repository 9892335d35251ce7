"""Predict the rows of a CSV file with the model of this bundle, without Trainable.

    python predict.py new.csv > predicted.csv

The file has the raw columns that the model was made from (schema.json), in any order; the target is not looked at. The
model is a pickle: loading it runs code, so use a bundle only from where you trust it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Dict, List

import pandas as pd

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE))

import raw_columns as raw  # noqa: E402

from trainable import labels, load  # noqa: E402


def schema() -> Dict[str, Any]:
    """What the model predicts, and the raw columns with their types among the rows it was made from."""
    return json.loads((HERE / "schema.json").read_text(encoding="utf-8"))


def columns(about: Dict[str, Any]) -> List[raw.Column]:
    """The raw columns; categories count as text, for the file does not say what they are."""
    return [raw.Column(column["name"], pd.api.types.pandas_dtype(
        "object" if column["dtype"] == "category" else column["dtype"]), column["kind"]) for column in about["columns"]]


def predict(table: pd.DataFrame) -> pd.DataFrame:
    """The predictions for raw rows of text: a column ``prediction`` and one of probabilities for each class.

    Raises SystemExit with a sentence when a column is missing or holds values of another type.
    """
    about = schema()
    read = raw.read(columns(about), list(table.columns), table.to_numpy(dtype=object).tolist(), first=1)
    if read.problems:
        raise SystemExit("\n".join(problem.message for problem in read.problems))
    pipeline = load(HERE / "session/prep/data/prep_pipeline.pkl")
    model = load(HERE / "session/train/models/model.pkl")
    prepared = pipeline.transform(read.table)
    if about["problem_type"] == "regression":
        return pd.DataFrame({"prediction": pd.Series(model.predict(prepared)).to_numpy(dtype=float)})
    predicted = pd.DataFrame({"prediction": labels(model.predict(prepared)).to_numpy()})
    if callable(getattr(model, "predict_proba", None)):
        proba = model.predict_proba(prepared)
        for position, label in enumerate(labels(model.classes_)):
            predicted[f"probability_{label}"] = proba[:, position]
    return predicted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", help="a CSV file, or - for standard input")
    parser.add_argument("-o", "--out", help="where the rows go with their predictions; standard output otherwise")
    arguments = parser.parse_args()
    # As text: the types are those of the rows the model was made from, not what pandas makes of these.
    table = pd.read_csv(sys.stdin if arguments.table == "-" else arguments.table, dtype=str, keep_default_na=False)
    predicted = predict(table) if len(table) else pd.DataFrame({"prediction": []})
    table.join(predicted, rsuffix="_2").to_csv(arguments.out or sys.stdout, index=False)


if __name__ == "__main__":
    main()
