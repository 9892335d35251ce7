"""A script under the runner behaves as it does under ``python script.py``."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest


def run_by_python(script, scripts):
    """The same script under a plain interpreter."""
    done = subprocess.run([sys.executable, str(script)], cwd=scripts, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("source", [
    "import sys; sys.exit()",
    "import sys; sys.exit(0)",
    "import sys; sys.exit(3)",
    "import sys; sys.exit(256 + 7)",
    "import sys; sys.exit(-1)",
    "import sys; sys.exit(True)",
    "import sys; sys.exit('a message')",
    "import sys; sys.exit([1, 2])",
    "raise SystemExit",
    "import os; os._exit(5)",
    "import atexit, sys; atexit.register(print, 'bye'); sys.exit(4)",
    "1 / 0",
    "def f():\n    return [g(x) for x in range(3)]\ndef g(x):\n    raise KeyError(x)\nf()",
    "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise RuntimeError('wrapped') from error",
    "try:\n    1 / 0\nexcept ZeroDivisionError:\n    undefined",
    "x = (1,\nprint('never')",
    "print('a')\n    print('b')",
    "# -*- coding: latin-1 -*-\nprint('caf\u00e9')",
    "import sys\nsys.excepthook = lambda kind, value, trace: print('hooked', kind.__name__, trace.tb_lineno)\n1 / 0",
    "import json\njson.loads('{')",
    "import threading\nthreading.Timer(0.05, print, ['late']).start()\nprint('main')",
    "import threading\ndef fail():\n    raise ValueError('in a thread')\n"
    "thread = threading.Thread(target=fail, name='t'); thread.start(); thread.join()",
    "import warnings; warnings.warn('careful')",
    "class Late:\n    def __del__(self): print('deleted')\nlate = Late()",
    "import weakref\nclass A: pass\na = A(); weakref.finalize(a, print, 'finalized')",
    "f = open('left_open.txt', 'w'); f.write('text')\nimport atexit\natexit.register(lambda: print('at exit'))",
    "print(__name__, __doc__, __spec__, __package__, __builtins__)",
    "import sys; print(sys.argv[1:], sys.modules['__main__'].__dict__ is globals())",
    "import sys; print('no newline', end=''); print('err', end='', file=sys.stderr)",
    "import pickle\nclass P: pass\nprint(type(pickle.loads(pickle.dumps(P()))) is P)",
    "import inspect\ndef f(): pass\nprint(inspect.getsource(f))",
    "x: int = 1\nprint(__annotations__)",
])
def test_output_and_code_are_those_of_python(runner, scripts, source):
    script = runner.write_script(source.encode("latin-1" if "latin-1" in source else "utf-8"), "same.py")
    expected = run_by_python(script, scripts)
    result = runner.run("", script=str(script))
    assert (result.exited["code"], result.stdout, result.stderr) == expected


def test_a_missing_script_says_so(runner):
    result = runner.run("", script="/no/such/script.py")
    assert result.exited["code"] == 2
    assert result.stderr == "python: can't open file '/no/such/script.py': [Errno 2] No such file or directory\n"


def test_files_left_open_are_written(runner, scripts):
    runner.run("import sys\nmine = open('a.txt', 'w'); mine.write('plain')\n"
               "sys.kept = open('b.txt', 'w'); sys.kept.write('kept')")
    assert (scripts / "a.txt").read_text() == "plain"
    assert (scripts / "b.txt").read_text() == "kept"


def test_an_uncaught_interrupt_dies_by_the_signal(runner):
    result = runner.run("import atexit; atexit.register(print, 'bye'); raise KeyboardInterrupt")
    assert result.exited["signal"] == signal.SIGINT
    assert result.stdout == "bye\n" and result.stderr.rstrip().endswith("KeyboardInterrupt")


def test_a_crash_reports_its_signal_and_where_it_was(runner):
    result = runner.run("def crash():\n    import ctypes; ctypes.string_at(0)\ncrash()")
    assert result.exited["signal"] == signal.SIGSEGV
    assert re.search(r'step_\d+\.py", line 2 in crash', result.stderr)


def test_modules_come_from_packages_first_and_the_working_folder_last(runner, scripts):
    (scripts / "json.py").write_text("raise RuntimeError('shadowed')")
    (scripts / "mine.py").write_text("value = 7")
    result = runner.run("import json, mine, sys; print(mine.value, sys.path[-1])")
    assert result.stdout == f"7 {scripts}\n", result.stderr


def test_a_module_written_between_steps_is_found(runner, scripts):
    assert "ModuleNotFoundError" in runner.run("import fresh").stderr
    (scripts / "fresh.py").write_text("value = 1")
    assert runner.run("import fresh; print(fresh.value)").stdout == "1\n"


def test_the_user_site_is_off(runner):
    assert runner.run("import site; print(site.ENABLE_USER_SITE)").stdout == "False\n"


def test_output_to_a_closed_stdout_is_no_crash(runner):
    result = runner.run("import sys; sys.stdout.close(); sys.exit(6)")
    assert result.exited["code"] == 6, result.stderr
