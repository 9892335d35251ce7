"""``save`` and ``load``: fitted objects that work in another process.

A plain pickle names functions and classes by module, and those of a step script live in a ``__main__`` that no other
process has. cloudpickle stores them by value; the same is asked of it for every module that is not installed (the
playbooks, files an agent wrote beside its script), so that the referee, and a user elsewhere, can load the object.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import site
import sys
import sysconfig
import tempfile
from types import ModuleType
from typing import Any, Iterator, List, Tuple, Union

PathLike = Union[str, "os.PathLike[str]"]


def save(obj: Any, path: PathLike) -> None:
    """Write an object so that it loads in any process with the same packages; see ``load``.

    path: the file to write; missing folders are made. The file is complete or unchanged, never half written.

    Raises pickle.PicklingError or TypeError when something the object holds cannot be stored, OSError on a full disk.
    """
    import cloudpickle

    target = os.path.abspath(os.fspath(path))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(target)[:100]}.", dir=os.path.dirname(target))
    try:
        with os.fdopen(descriptor, "wb") as file, _local_modules_by_value():
            cloudpickle.dump(obj, file)
        # mkstemp makes the file private; give it the mode an ordinary open() would have.
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def load(path: PathLike) -> Any:
    """Read back what ``save`` wrote. Loading runs code from the file: load only what you trust.

    Raises FileNotFoundError, and whatever unpickling raises when a package is missing or the file is damaged.
    """
    with open(os.fspath(path), "rb") as file:
        return pickle.load(file)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def _local_modules_by_value() -> Iterator[None]:
    import cloudpickle

    already = cloudpickle.list_registry_pickle_by_value()
    chosen = [module for module in _local_modules() if module.__name__ not in already]
    for module in chosen:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in chosen:
            cloudpickle.unregister_pickle_by_value(module)


def _local_modules() -> List[ModuleType]:
    """Loaded modules whose source is in none of the places where packages are installed."""
    installed = _installed_roots()
    chosen = []
    for name, module in list(sys.modules.items()):
        # __dict__, because getattr on a lazy module may import half a library.
        if not isinstance(module, ModuleType) or module.__dict__.get("__name__") != name or name == "__main__":
            continue
        source = module.__dict__.get("__file__")
        package = name.partition(".")[0]
        local = source is not None and not os.path.realpath(source).startswith(installed)
        if package == "playbooks" or (local and package != "trainable"):
            chosen.append(module)
    return chosen


def _installed_roots() -> Tuple[str, ...]:
    paths = sysconfig.get_paths()
    roots = [paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    roots += site.getsitepackages()
    # Debian's packages; another scheme than the one sysconfig names.
    roots += [entry for entry in sys.path if os.path.basename(entry) in ("dist-packages", "site-packages")]
    return tuple({os.path.join(os.path.realpath(root), "") for root in roots})
