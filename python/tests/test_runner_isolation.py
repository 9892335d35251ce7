"""What a step can and cannot touch."""

from __future__ import annotations

import json
import signal

import pytest


def test_a_step_has_four_descriptors_and_none_of_the_runners(runner):
    source = """
import os
def target(fd):
    try:
        return os.readlink(f"/proc/self/fd/{fd}").split(":")[0]
    except FileNotFoundError:
        return None
print({fd: target(fd) for fd in range(40) if target(fd)})
"""
    held = runner.start("import time; print('up', flush=True); time.sleep(600)")
    runner.until(held, "up")
    result = runner.run(source)
    assert eval(result.stdout) == {0: "/dev/null", 1: "pipe", 2: "pipe", 3: "pipe"}
    runner.send(op="kill", step=held)


def test_steps_do_not_share_pipes(runner):
    source = "import os\nprint([os.fstat(fd).st_ino for fd in (1, 2, 3)], flush=True)\nimport time; time.sleep(600)"
    numbers = [runner.start(source) for _ in range(3)]
    inodes = [inode for number in numbers for inode in eval(runner.until(number, "]").stdout)]
    assert len(set(inodes)) == 9
    for number in numbers:
        runner.send(op="kill", step=number)


def test_a_forged_message_stays_output(runner):
    forged = json.dumps({"event": "exited", "step": 1, "code": 0, "signal": 0})
    result = runner.run(f"import os, sys\nprint({forged!r}, flush=True)\n"
                        f"for fd in (2, 3): os.write(fd, {forged.encode()!r} + b'\\n')\nsys.exit(9)")
    assert result.stdout == result.stderr == forged + "\n"
    assert result.exited["code"] == 9


def test_a_step_cannot_write_to_the_runners_memory_or_pipes(unprivileged_runner):
    source = """
import os
runner = os.getppid()
for attempt in (
    lambda: open(f"/proc/{runner}/mem", "r+b"),
    lambda: open(f"/proc/{runner}/fd/1", "wb"),
    lambda: os.listdir(f"/proc/{runner}/fd"),
    lambda: open(f"/proc/{runner}/environ", "rb").read(),
    lambda: open(f"/proc/{runner}/maps", "rb").read(),
):
    try:
        attempt()
        print("open")
    except OSError as error:
        print(type(error).__name__)
"""
    result = unprivileged_runner.run(source)
    assert result.stdout.split() == ["PermissionError"] * 5, result.stderr


def test_a_step_cannot_trace_the_runner_or_another_step(unprivileged_runner):
    other = unprivileged_runner.start("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    pid = int(unprivileged_runner.until(other, "\n").stdout)
    source = f"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
PTRACE_ATTACH = 16
for target in (os.getppid(), {pid}):
    print(libc.ptrace(PTRACE_ATTACH, target, None, None), os.strerror(ctypes.get_errno()))
"""
    result = unprivileged_runner.run(source)
    assert result.stdout.splitlines() == ["-1 Operation not permitted"] * 2
    unprivileged_runner.send(op="kill", step=other)


def test_the_environment_is_the_runners_and_the_requests(start_runner):
    runner = start_runner(env={"FROM_HOST": "a", "BOTH": "host", "TRAINABLE_PID_NAMESPACE": "0"})
    result = runner.run("import os, json; print(json.dumps(dict(os.environ)))", env={"BOTH": "step", "Ü": "ä ö"})
    environment = json.loads(result.stdout)
    assert environment["FROM_HOST"] == "a" and environment["BOTH"] == "step" and environment["Ü"] == "ä ö"
    assert environment["TRAINABLE_RECORD_FD"] == "3" and "TRAINABLE_PID_NAMESPACE" not in environment


def test_a_subprocess_sees_the_same_environment(runner):
    source = "import subprocess; print(subprocess.check_output(['printenv', 'K'], text=True))"
    assert runner.run(source, env={"K": "V"}).stdout.strip() == "V"


def test_stdin_is_empty(runner):
    assert runner.run("import sys; print(repr(sys.stdin.read()))").stdout == "''\n"


def test_a_step_leads_its_own_session_with_default_signals(runner):
    source = """
import os, signal
print(os.getsid(0) == os.getpid() == os.getpgid(0))
print([signal.getsignal(s) for s in (signal.SIGCHLD, signal.SIGTERM)] == [signal.SIG_DFL] * 2)
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, signal.pthread_sigmask(signal.SIG_BLOCK, []))
"""
    assert runner.run(source).stdout.split() == ["True", "True", "True", "set()"]


def test_limits_are_set_before_the_script(runner):
    source = """
import resource as r
for name in "AS FSIZE NOFILE NPROC CPU CORE".split():
    print(name, r.getrlimit(getattr(r, "RLIMIT_" + name))[0])
"""
    limits = {"address_space": 8 << 30, "file_size": 1 << 20, "open_files": 64, "processes": 500, "cpu_s": 20}
    lines = dict(line.split() for line in runner.run(source, limits=limits).stdout.splitlines())
    expected = {"AS": 8 << 30, "FSIZE": 1 << 20, "NOFILE": 64, "NPROC": 500, "CPU": 20, "CORE": 1}
    assert {name: int(value) for name, value in lines.items()} == expected


def test_address_space_beyond_the_limit_is_a_memory_error(runner):
    result = runner.run("bytearray(4 << 30)", limits={"address_space": 2 << 30})
    assert result.exited["code"] == 1 and "MemoryError" in result.stderr


def test_cpu_time_beyond_the_limit_ends_the_step(runner):
    result = runner.run("while True: pass", limits={"cpu_s": 1})
    assert result.exited["signal"] == signal.SIGXCPU


def test_a_file_beyond_the_limit_ends_the_step(runner):
    result = runner.run("open('big', 'wb').write(bytes(1 << 20))", limits={"file_size": 4096})
    assert result.exited["signal"] == signal.SIGXFSZ


@pytest.mark.parametrize("module", ["random", "numpy.random"])
def test_every_step_has_its_own_random_numbers(start_runner, module):
    runner = start_runner(preload=module)
    source = f"import {module} as r; print(r.random())"
    assert len({runner.run(source).stdout for _ in range(3)}) == 3
