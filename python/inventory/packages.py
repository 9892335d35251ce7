"""Prints as JSON which interpreter this is and which of the packages that scripts import it has.

Nothing is imported but the standard library: what is looked for may be broken, and finding it takes a moment only.
"""

import importlib.metadata
import importlib.util
import json
import platform
import sys

# Module and distribution; launcher/setup.sh installs the same modules.
PACKAGES = {
    "pandas": "pandas",
    "sklearn": "scikit-learn",
    "matplotlib": "matplotlib",
    "seaborn": "seaborn",
    "xgboost": "xgboost",
    "optuna": "optuna",
    "imblearn": "imbalanced-learn",
    "statsmodels": "statsmodels",
    "openpyxl": "openpyxl",
    "PIL": "pillow",
    "joblib": "joblib",
    "cloudpickle": "cloudpickle",
}


def version(module: str, distribution: str) -> str | None:
    """The version of a package, "" where it is there without saying, None where it is not."""
    if importlib.util.find_spec(module) is None:
        return None
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def main() -> int:
    json.dump(
        {
            "version": platform.python_version(),
            "packages": {module: version(module, distribution) for module, distribution in PACKAGES.items()},
        },
        sys.stdout,
    )
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
