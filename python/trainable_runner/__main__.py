"""Entry point; works from a read-only mount at any path and with the interpreter isolated (``-I``)."""

import os
import sys


def _import_own_package() -> None:
    """Make ``trainable_runner`` importable without leaving its folder on the path that steps inherit."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]
    sys.path.insert(0, os.path.dirname(here))
    try:
        import trainable_runner.zygote  # noqa: F401
    finally:
        del sys.path[0]


if __name__ == "__main__":
    _import_own_package()
    from trainable_runner.zygote import main

    main(sys.argv[1:])
