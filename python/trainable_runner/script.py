"""Running a file as ``python FILE`` would, inside a process that has already imported things."""

from __future__ import annotations

import atexit
import builtins
import ctypes
import faulthandler
import gc
import importlib.machinery
import io
import os
import signal
import sys
import threading
import traceback
from types import ModuleType, TracebackType
from typing import Optional

RUNNER_FOLDER = os.path.dirname(os.path.abspath(__file__))
CANNOT_OPEN = 2
# What CPython exits with when the last output could not be written.
FLUSH_FAILED = 120


def run_script(path: str) -> int:
    """Run a file as ``__main__`` and everything an interpreter does at its end; returns the exit code, 0 to 255.

    A script ended by an uncaught KeyboardInterrupt dies by SIGINT, as it would under Python itself.
    """
    # A crash in native code otherwise leaves an agent with nothing but a signal number.
    faulthandler.enable(file=2)
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        print(f"python: can't open file {path!r}: [Errno {error.errno}] {error.strerror}", file=sys.stderr)
        return CANNOT_OPEN
    code, interrupted = _run_main(path, source)
    code = _finish(code)
    if interrupted:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    return code


def _run_main(path: str, source: bytes) -> tuple[int, bool]:
    """Execute the source; returns the exit code and whether an interrupt ended it."""
    sys.modules["__main__"] = main = _main_module(path)
    try:
        exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)
    except SystemExit as request:
        return _exit_code(request), False
    except BaseException as error:
        _report(error)
        return 1, isinstance(error, KeyboardInterrupt)
    return 0, False


def _main_module(path: str) -> ModuleType:
    main = ModuleType("__main__")
    # multiprocessing's spawn finds the script by __file__, and takes a __spec__ to mean ``python -m``.
    main.__file__ = path
    main.__spec__ = None
    main.__loader__ = importlib.machinery.SourceFileLoader("__main__", path)
    main.__dict__.update(__builtins__=builtins, __cached__=None)
    return main


def _exit_code(request: SystemExit) -> int:
    code = request.code
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    print(code, file=sys.stderr)
    return 1


def _report(error: BaseException) -> None:
    """Show an uncaught exception as the interpreter does, from the script's own first frame on."""
    trace = _script_frames(error.__traceback__)
    try:
        sys.excepthook(type(error), error.with_traceback(trace), trace)
    except BaseException as hook_error:
        print("Error in sys.excepthook:", file=sys.stderr)
        traceback.print_exception(hook_error.with_traceback(_script_frames(hook_error.__traceback__)))
        print("\nOriginal exception was:", file=sys.stderr)
        traceback.print_exception(error)


def _script_frames(trace: Optional[TracebackType]) -> Optional[TracebackType]:
    while trace is not None and os.path.dirname(trace.tb_frame.f_code.co_filename) == RUNNER_FOLDER:
        trace = trace.tb_next
    return trace


def _finish(code: int) -> int:
    """What Py_FinalizeEx does, less tearing down the shared packages, which would cost more than most steps."""
    threading._shutdown()
    atexit._run_exitfuncs()
    flushed = _flush_standard_streams()
    _release_main()
    flushed = _flush_standard_streams() and flushed
    # What libraries wrote through C's stdio; os._exit does not flush it.
    ctypes.CDLL(None).fflush(None)
    return code if flushed or code else FLUSH_FAILED


def _release_main() -> None:
    """Let go of the script's globals, so that files left open are written and finalizers run."""
    sys.modules.pop("__main__", None)
    gc.collect()
    # What survives is held from outside the script (a callback, a daemon thread); its buffers still count.
    for item in gc.get_objects():
        if isinstance(item, (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)):
            _flush_quietly(item)


def _flush_quietly(stream: io.IOBase) -> None:
    if stream.closed or not stream.writable():
        return
    try:
        stream.flush()
    except (OSError, ValueError) as error:
        print(f"Exception ignored while flushing {stream!r} at exit: {error}", file=sys.stderr)


def _flush_standard_streams() -> bool:
    flushed = True
    for stream in (sys.stdout, sys.stderr):
        if stream is None or getattr(stream, "closed", False):
            continue
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            flushed = False  # there is nowhere left to say so; the exit code does
    return flushed
