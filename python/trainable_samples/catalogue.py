"""What each sample is called, what there is to predict in it, and how it is made."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainable_samples import bundled, churn

Table = tuple[Sequence[str], Iterable[Sequence[object]]]
"""Column names, and rows of the same length."""


@dataclass(frozen=True)
class Sample:
    """A dataset by name. ``make`` gives its table; the rest says what is in it without making it."""

    name: str
    target: str
    problem_type: str
    rows: int
    columns: int
    about: str
    make: Callable[[], Table]

    def describe(self) -> dict[str, object]:
        """What the command line and the studio list."""
        return {
            "name": self.name,
            "target": self.target,
            "problem_type": self.problem_type,
            "rows": self.rows,
            "columns": self.columns,
            "about": self.about,
        }

    def write(self, path: Path) -> None:
        """Writes the sample as CSV with a header; the same bytes every time."""
        header, rows = self.make()
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


def _catalogue(*samples: Sample) -> dict[str, Sample]:
    return {sample.name: sample for sample in samples}


SAMPLES = _catalogue(
    Sample(
        name="breast-cancer",
        target="diagnosis",
        problem_type="binary",
        rows=569,
        columns=31,
        about="Is a breast tumour malignant? Thirty measurements of cell nuclei (Wisconsin, 1993).",
        make=bundled.breast_cancer,
    ),
    Sample(
        name="messy-churn",
        target="churned",
        problem_type="binary",
        rows=churn.ROWS + churn.DUPLICATES,
        columns=len(churn.HEADER),
        about="Which customers leave? Made up, and as untidy as real exports are; one in eight leaves.",
        make=churn.table,
    ),
    Sample(
        name="wine",
        target="cultivar",
        problem_type="multiclass",
        rows=178,
        columns=14,
        about="Which of three grapes is a wine made of? Thirteen chemical measurements (Italy, 1991).",
        make=bundled.wine,
    ),
    Sample(
        name="iris",
        target="species",
        problem_type="multiclass",
        rows=150,
        columns=5,
        about="Which iris is it? Four lengths of its flower (Fisher, 1936).",
        make=bundled.iris,
    ),
    Sample(
        name="digits",
        target="digit",
        problem_type="multiclass",
        rows=1797,
        columns=65,
        about="Which digit was written by hand? 8 x 8 pixels each (UCI, 1998).",
        make=bundled.digits,
    ),
    Sample(
        name="diabetes",
        target="progression",
        problem_type="regression",
        rows=442,
        columns=11,
        about="How far will a diabetes have progressed in a year? Ten measurements (Efron, 2004).",
        make=bundled.diabetes,
    ),
)
