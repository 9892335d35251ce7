"""From whatever ``predict`` and ``predict_proba`` returned to columns the host can score."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple

import numpy as np
import pandas as pd

from referee.harness import Problem
from trainable import labels

# float32 probabilities of many classes add up to 1 within this.
SUM_TOLERANCE = 1e-3


def flat(returned: Any, rows: int) -> Tuple[pd.Series, List[Problem]]:
    """Predictions as a Series of ``rows`` values; all missing, with a problem, where they do not have that shape."""
    empty = pd.Series([None] * rows, dtype=object)
    if isinstance(returned, pd.DataFrame):
        returned = returned.iloc[:, 0] if returned.shape[1] == 1 else returned.to_numpy()
    if isinstance(returned, (list, tuple)):
        returned = pd.Series(list(returned), dtype=object).infer_objects()
    if not isinstance(returned, (pd.Series, np.ndarray, pd.Index, pd.api.extensions.ExtensionArray)):
        return empty, [Problem("prediction_type", f"predict() returned a {type(returned).__name__}; an array with one "
                                                  "value per row is needed.")]
    if returned.ndim == 2 and returned.shape[1] == 1:
        returned = returned[:, 0]
    if returned.ndim != 1:
        return empty, [Problem("prediction_shape", f"predict() returned an array of shape {tuple(returned.shape)}; one "
                                                   "value per row is needed.")]
    if len(returned) != rows:
        return empty, [Problem("row_count", f"predict() returned {len(returned)} values for {rows} rows.")]
    return pd.Series(returned).reset_index(drop=True), []


def is_regression(problem_type: Optional[str], model: Any, values: pd.Series) -> bool:
    """Whether predictions are numbers to be measured rather than classes to be matched."""
    if problem_type is not None:
        return problem_type == "regression"
    if getattr(model, "classes_", None) is not None:
        return False
    return pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype)


def number_column(values: pd.Series) -> Tuple[pd.Series, List[Problem]]:
    """Predictions as float64; what is no finite number becomes missing, with a problem that counts it."""
    was_missing = values.isna()
    if pd.api.types.is_complex_dtype(values.dtype) or pd.api.types.is_datetime64_any_dtype(values.dtype):
        numbers = pd.Series(np.nan, index=values.index)
    else:
        numbers = pd.to_numeric(values, errors="coerce").astype("float64")
    infinite = np.isinf(numbers)
    wrong_type = int((numbers.isna() & ~was_missing).sum())
    problems = []
    if wrong_type:
        problems.append(Problem("prediction_type", f"{wrong_type} of {len(values)} predictions are not numbers."))
    unusable = int(was_missing.sum()) + int(infinite.sum())
    if unusable:
        problems.append(Problem("prediction_null", f"{unusable} of {len(values)} predictions are missing or infinite."))
    return numbers.mask(infinite), problems


def class_labels(model: Any) -> Tuple[Optional[List[str]], List[Problem]]:
    """The model's classes as the text by which they are compared; None, with a problem, when it does not say them."""
    classes = getattr(model, "classes_", None)
    if classes is None:
        return None, [Problem("classes_missing", "The model has no classes_; a classifier must list its raw target "
                                                 "values there, in the order of predict_proba's columns.")]
    try:
        listed = labels(classes).tolist()
    except (TypeError, ValueError) as error:
        return None, [Problem("classes_type", f"classes_ is not a list of labels: {error}.")]
    if any(label is None for label in listed):
        return None, [Problem("classes_null", "classes_ holds a missing value.")]
    if len(set(listed)) < len(listed):
        return None, [Problem("classes_duplicate", f"classes_ has {len(listed)} entries but only {len(set(listed))} "
                                                   "different labels.")]
    return listed, []


def label_column(values: pd.Series, classes: Optional[List[str]]) -> Tuple[pd.Series, List[Problem]]:
    """Predictions as text, with problems that count the missing ones and those that are no class of the model."""
    predicted = labels(values)
    problems = []
    missing = int(predicted.isna().sum())
    if missing:
        problems.append(Problem("prediction_null", f"{missing} of {len(values)} predictions are missing."))
    if classes is not None:
        unknown = int((~predicted.isin(classes) & predicted.notna()).sum())
        if unknown:
            problems.append(Problem("prediction_unknown", f"{unknown} of {len(values)} predictions are not in "
                                                          "classes_; predict() must return raw target values."))
    return predicted, problems


def probabilities(model: Any, features: pd.DataFrame,
                  classes: Optional[List[str]]) -> Tuple[Optional[np.ndarray], List[Problem]]:
    """An array of shape (rows, classes), or None where there is none or it is not one of probabilities."""
    if classes is None or not callable(getattr(model, "predict_proba", None)):
        return None, []
    try:
        returned = model.predict_proba(features.copy())
        proba = np.asarray(returned, dtype="float64")
    except Exception as error:  # the type alone: the text of an error may quote a value of the row
        return None, [Problem("proba_failed", f"predict_proba() fails: {type(error).__name__}.")]
    if proba.shape != (len(features), len(classes)):
        needed = (len(features), len(classes))
        return None, [Problem("proba_shape", f"predict_proba() returned shape {proba.shape}; {needed} is needed: a row "
                                             "per input row, a column per class.")]
    outside = int((~np.isfinite(proba) | (proba < -SUM_TOLERANCE) | (proba > 1 + SUM_TOLERANCE)).any(axis=1).sum())
    if outside:
        return None, [Problem("proba_range", f"{outside} rows of predict_proba() hold values outside 0 to 1.")]
    off = int((np.abs(proba.sum(axis=1) - 1) > SUM_TOLERANCE).sum())
    if off:
        return None, [Problem("proba_sum", f"{off} rows of predict_proba() do not add up to 1.")]
    return proba, []
