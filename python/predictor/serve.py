"""Answers requests about new rows until its pipe closes: a line of JSON for each.

Requests come as lines on a FIFO that the host made, ``{"id", "file"}``; the file lies beside it and holds ``{"do":
"predict", "names", "rows", "first", "explain", "stream", "last"}``. Answers go to what stdout was when this began; what
the model prints goes to stderr, and what it does to the answers is its own predictions' harm.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

# What this program needs lies beside its folder, after what is installed.
sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from predictor import columns as raw  # noqa: E402
from predictor import explanation  # noqa: E402
from predictor.novelty import Profile, Streams  # noqa: E402
from referee import predictions  # noqa: E402
from referee.consistency import used_columns  # noqa: E402
from referee.harness import Failure, load_object, read_table  # noqa: E402
from referee.tables import as_table  # noqa: E402

BACKGROUND_ROWS = 200
EXPLAIN_SECONDS = 10.0
SEED = 20240229

Answer = Dict[str, Any]


class Predictor:
    """A pipeline and a model over the raw columns of the working rows."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        working = read_table(arguments.working)
        working = working.drop(columns=[name for name in working.columns if name == arguments.target])
        working.columns = [str(name) for name in working.columns]
        self.problem_type = arguments.problem_type
        self.positive = arguments.positive
        # All that is said of columns comes from here, before anything of the agent's is loaded.
        self.columns = raw.learn(working)
        self.streams = Streams([Profile(column, working[column.name]) for column in self.columns])
        chosen = np.random.default_rng(SEED).permutation(len(working))[:BACKGROUND_ROWS]
        self.background = working.iloc[np.sort(chosen)].reset_index(drop=True)
        del working
        self.pipeline = load_object(arguments.pipeline, "transform")
        self.model = load_object(arguments.model, "predict")
        self.classes: Optional[List[str]] = None
        if self.problem_type != "regression":
            self.classes, problems = predictions.class_labels(self.model)
            if problems:
                raise Failure(problems[0].message)
        self._unused: Dict[str, bool] = {}
        self.has_proba = self._predict(self.background.iloc[:1])[1] is not None

    def facts(self) -> Answer:
        return {"ready": True, "columns": [column.facts() for column in self.columns], "classes": self.classes,
                "has_proba": self.has_proba}

    def answer(self, request: Answer) -> Answer:
        """Predictions for the rows of a request, or what is wrong with them."""
        names = request["names"]
        known = {column.name for column in self.columns}
        fill = [column.name for column in self.columns if column.name not in names and self._is_unused(column.name)]
        read = raw.read(self.columns, names, request["rows"], request["first"], fill)
        if read.problems:
            return {"problems": [problem.facts() for problem in read.problems], "more_problems": read.more_problems}
        table = read.table
        answer: Answer = {"rows": len(table), "problems": [], "filled": fill,
                          "extra": [name for name in names if name not in known]}
        if len(table):
            values, proba = self._predict(table)
            answer["prediction"] = values.tolist()
            answer["probabilities"] = None if proba is None else proba.tolist()
            if request.get("explain"):
                asked = table.iloc[:request["explain"]]
                answer["explanations"] = explanation.explain_rows(
                    asked, self.background, self._scores(values, proba), SEED, EXPLAIN_SECONDS)
                answer["explained"] = [self._explained(values, position) for position in range(len(asked))]
                answer["method"] = explanation.METHOD
            self.streams.add(request["stream"], table, request["last"])
        if request["last"]:
            answer["novelty"] = self.streams.finish(request["stream"])
        return answer

    def _predict(self, table: pd.DataFrame) -> Any:
        """Predictions (text or numbers) and probabilities or None; Failure when they are none."""
        prepared = as_table(self.pipeline.transform(table.copy()), None)
        if len(prepared) != len(table):
            raise Failure(f"the pipeline made {len(prepared)} rows of {len(table)}")
        if self.problem_type == "regression":
            values, problems = predictions.flat(self.model.predict(prepared), len(table))
            numbers, found = predictions.number_column(values)
            return self._checked(numbers, None, problems + found)
        proba, problems = predictions.probabilities(self.model, prepared, self.classes)
        with _reusing(self.model, prepared, proba):
            values, found = predictions.flat(self.model.predict(prepared), len(table))
        labels, more = predictions.label_column(values, self.classes)
        return self._checked(labels, proba, problems + found + more)

    @staticmethod
    def _checked(values: pd.Series, proba: Optional[np.ndarray], problems: List[Any]) -> Any:
        if problems:
            raise Failure(problems[0].message)
        return values, proba

    def _explained(self, values: pd.Series, position: int) -> Optional[str]:
        """The class whose probability an explanation is about; None for a number."""
        if self.classes is None:
            return None
        return self.positive if self.positive in self.classes else values.iloc[position]

    def _scores(self, values: pd.Series, proba: Optional[np.ndarray]) -> Callable[[int], explanation.Score]:
        def for_row(position: int) -> explanation.Score:
            label = self._explained(values, position)

            def score(table: pd.DataFrame) -> np.ndarray:
                found, chances = self._predict(table)
                if label is None:
                    return found.to_numpy(dtype=float)
                if chances is None:
                    return (found == label).to_numpy(dtype=float)
                return chances[:, self.classes.index(label)]  # type: ignore[union-attr]
            return score
        return for_row

    def _is_unused(self, name: str) -> bool:
        """Whether the pipeline's output is the same without a column's values; it then need not be sent."""
        if name not in self._unused:
            try:
                self._unused[name] = not used_columns(self.pipeline.transform, self.background, [name], None)
            except Exception:  # whatever it is, the column is needed
                self._unused[name] = False
        return self._unused[name]


@contextlib.contextmanager
def _reusing(model: Any, rows: pd.DataFrame, proba: Optional[np.ndarray]) -> Iterator[None]:
    """Lets ``predict`` have the probabilities that are known already: most classifiers ask themselves for these."""
    ask = getattr(model, "predict_proba", None)
    try:
        if proba is not None:
            model.predict_proba = lambda asked, *more, **named: (
                proba.copy() if asked is rows and not (more or named) else ask(asked, *more, **named))
    except (AttributeError, TypeError):  # an object whose attributes are fixed is asked twice
        proba = None
    try:
        yield
    finally:
        if proba is not None:
            del model.predict_proba


def main(arguments: argparse.Namespace) -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(answer: Answer) -> None:
        answers.write(json.dumps(answer, ensure_ascii=True, allow_nan=False) + "\n")
        answers.flush()

    try:
        predictor = Predictor(arguments)
    except BaseException as error:  # a pickle may raise anything, SystemExit included
        tell({"ready": False, "error": _sentence(error)})
        return
    # A forest is millions of objects that stay: the collector need not look through them again and again.
    gc.collect()
    gc.freeze()
    tell(predictor.facts())
    # The host holds the other end open for as long as it may ask.
    with open(arguments.requests, "rb") as requests:
        for line in iter(requests.readline, b""):
            asked = json.loads(line)
            try:
                answer = predictor.answer(json.loads((arguments.requests.parent / asked["file"]).read_bytes()))
            except BaseException as error:  # the model's own, which may raise anything
                traceback.print_exc()
                answer = {"error": _sentence(error)}
            tell({"id": asked["id"], **answer})


def _sentence(error: BaseException) -> str:
    text = str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {error}"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")[:500]


def parse(arguments: List[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=Path, required=True, help="the FIFO; requests' files lie beside it")
    parser.add_argument("--working", type=Path, required=True, help="the raw working rows, CSV or Parquet")
    parser.add_argument("--target", required=True, help="their column that is predicted")
    parser.add_argument("--pipeline", type=Path, required=True, help="prep_pipeline.pkl")
    parser.add_argument("--model", type=Path, required=True, help="model.pkl")
    parser.add_argument("--problem-type", choices=("binary", "multiclass", "regression"), required=True)
    parser.add_argument("--positive", help="the class whose probability is explained")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(parse(sys.argv[1:]))
