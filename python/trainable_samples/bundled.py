"""The datasets inside scikit-learn's package, with names of classes instead of their codes.

scikit-learn is imported only when one of them is made: listing the samples needs the standard library alone.
"""

from collections.abc import Callable, Sequence


def breast_cancer() -> tuple[Sequence[str], list[Sequence[object]]]:
    from sklearn.datasets import load_breast_cancer

    return _classification(load_breast_cancer, "diagnosis")


def wine() -> tuple[Sequence[str], list[Sequence[object]]]:
    from sklearn.datasets import load_wine

    return _classification(load_wine, "cultivar")


def iris() -> tuple[Sequence[str], list[Sequence[object]]]:
    from sklearn.datasets import load_iris

    return _classification(load_iris, "species")


def digits() -> tuple[Sequence[str], list[Sequence[object]]]:
    from sklearn.datasets import load_digits

    return _classification(load_digits, "digit")


def diabetes() -> tuple[Sequence[str], list[Sequence[object]]]:
    """The raw measurements (years, kg/m², mmHg, …), not scikit-learn's scaled ones."""
    from sklearn.datasets import load_diabetes

    data = load_diabetes(scaled=False)
    return _table(data.feature_names, "progression", data.data, data.target.tolist())


def _classification(load: Callable[[], object], target: str) -> tuple[Sequence[str], list[Sequence[object]]]:
    data = load()
    labels = [str(data.target_names[code]) for code in data.target]
    return _table(data.feature_names, target, data.data, labels)


def _table(features, target: str, data, labels) -> tuple[Sequence[str], list[Sequence[object]]]:
    rows = [[*(_plain(value) for value in row), label] for row, label in zip(data.tolist(), labels)]
    return [*map(str, features), target], rows


def _plain(value: float) -> float | int:
    """Whole numbers as such: a pixel is 13, not 13.0."""
    return int(value) if value.is_integer() else value
