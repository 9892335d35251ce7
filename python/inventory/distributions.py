"""Prints as JSON every distribution this interpreter has: name, version, and whether a virtual environment holds it."""

import importlib.metadata
import json
import os
import sys


def distributions() -> list[dict[str, object]]:
    """One entry a name, the one that an import would find, sorted by name."""
    found: dict[str, dict[str, object]] = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        if not name or name.lower() in found:
            continue
        place = os.path.realpath(str(distribution.locate_file("")))
        own = sys.prefix != sys.base_prefix and place.startswith(os.path.realpath(sys.prefix) + os.sep)
        found[name.lower()] = {"name": name, "version": distribution.version, "own": own}
    return [found[key] for key in sorted(found)]


if __name__ == "__main__":
    json.dump(distributions(), sys.stdout)
    print()
