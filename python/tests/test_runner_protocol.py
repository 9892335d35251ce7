"""The messages between host and runner: their order, their errors, and how steps are started and ended."""

from __future__ import annotations

import os
import signal

import pytest

from runner_client import RunnerClient, RunnerEnded, process_is_alive, wait_until_gone

DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("daemon", os.getpid(), flush=True)
        time.sleep(600)
    os._exit(0)
os.wait()
"""


def test_ready_names_python_and_what_was_preloaded(start_runner):
    ready = start_runner(preload="json,cloudpickle,no_such_package").ready
    assert ready["python"].count(".") == 2
    assert set(ready["packages"]) == {"json", "cloudpickle"}
    assert "ModuleNotFoundError" in ready["missing"]["no_such_package"]
    assert ready["preload_s"] >= 0


def test_a_step_is_forked_writes_exits_and_closes_in_that_order(runner):
    result = runner.run("import sys; print('out'); print('err', file=sys.stderr)")
    names = [event["event"] for event in result.events]
    assert names[0] == "forked" and names[-2:] == ["exited", "closed"]
    assert set(names[1:-2]) == {"output"}
    assert (result.stdout, result.stderr) == ("out\n", "err\n")


def test_the_result_has_times_and_memory(runner):
    result = runner.run("sum(range(3_000_000)); block = bytearray(64 << 20)")
    exited = result.exited
    assert (exited["code"], exited["signal"]) == (0, 0)
    assert exited["wall_s"] >= exited["user_s"] > 0.01
    assert 64 << 20 < exited["max_rss"] < 1 << 30


def test_everything_a_process_wrote_comes_before_its_exit(runner):
    result = runner.run("import os\nfor i in range(2000): os.write(1, b'%06d\\n' % i)\nos._exit(3)")
    positions = {event["event"]: index for index, event in enumerate(result.events)}
    assert positions["output"] < positions["exited"]
    assert result.stdout.splitlines()[-1] == "001999"


def test_a_step_waits_at_the_gate(runner):
    waiting = runner.start("print('ran')", go=False)
    runner.until_event(waiting, "forked")
    other = runner.run("print('other')")
    assert other.stdout == "other\n"
    assert runner.steps[waiting].stdout == ""
    runner.send(op="go", step=waiting)
    assert runner.finish(waiting).stdout == "ran\n"


def test_a_step_killed_at_the_gate_runs_nothing(runner):
    waiting = runner.start("print('ran')", go=False)
    runner.until_event(waiting, "forked")
    runner.send(op="kill", step=waiting)
    result = runner.finish(waiting)
    assert result.exited["signal"] == signal.SIGKILL and result.stdout == ""


def test_steps_run_side_by_side_and_keep_their_output_apart(runner):
    source = "import sys\nfor i in range(500): print(sys.argv[1] * 20)"
    numbers = [runner.start(source, args=[letter]) for letter in "abcd"]
    for number, letter in zip(numbers, "abcd"):
        assert runner.finish(number).stdout == (letter * 20 + "\n") * 500


def test_state_of_one_step_is_not_seen_by_the_next(runner):
    runner.run("import json, os, sys; json.left = 1; os.environ['LEFT'] = '1'; sys.path.append('/left')")
    result = runner.run("import json, os, sys; print(hasattr(json, 'left'), 'LEFT' in os.environ, '/left' in sys.path)")
    assert result.stdout == "False False False\n"


def test_killing_a_step_reports_the_signal(runner):
    number = runner.start("import time; print('up', flush=True); time.sleep(600)")
    runner.until(number, "up")
    runner.send(op="kill", step=number)
    assert runner.finish(number).exited["signal"] == signal.SIGKILL
    assert runner.finish(number).exited["code"] == 128 + signal.SIGKILL


def test_killing_a_step_takes_its_process_group_along(runner):
    number = runner.start("import subprocess\np = subprocess.Popen(['sleep', '600'])\nprint(p.pid)\np.wait()")
    child = int(runner.until(number, "\n").stdout)
    runner.send(op="kill", step=number)
    runner.finish(number)
    wait_until_gone(child)


@pytest.mark.parametrize("fixture", ["runner", "namespaced_runner"])
def test_kill_all_ends_daemons_that_hold_the_pipes(fixture, request):
    runner: RunnerClient = request.getfixturevalue(fixture)
    number = runner.start(DAEMON)
    runner.until_event(number, "exited")
    assert runner.steps[number].event("closed") is None
    runner.send(op="kill", step=number, all=True)
    result = runner.finish(number)
    assert result.exited["code"] == 0
    assert runner.run("print('still serving')").stdout == "still serving\n"


def test_kill_all_spares_what_is_not_the_steps(runner, scripts):
    os.mkfifo(scripts / "fifo")
    bystander = runner.start("print('up'); open('fifo').read(); print('done')")
    runner.until(bystander, "up")
    number = runner.start("import os, time\nos.fork()\nprint('up')\ntime.sleep(600)")
    runner.until(number, "up")
    runner.send(op="kill", step=number, all=True)
    assert runner.finish(number).exited["signal"] == signal.SIGKILL
    (scripts / "fifo").write_text("go")
    assert runner.finish(bystander).stdout == "up\ndone\n"


def test_kill_all_stops_a_fork_bomb(namespaced_runner):
    bomb = "import os\nprint('lit', flush=True)\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    number = namespaced_runner.start(bomb, limits={"processes": 60})
    namespaced_runner.until(number, "lit")
    namespaced_runner.send(op="kill", step=number, all=True)
    namespaced_runner.finish(number)
    assert namespaced_runner.run("print('still serving')").stdout == "still serving\n"


@pytest.mark.parametrize("message, complaint", [
    (b'{"op":"run","step":901,"script":"s.py","cwd":"/no/such/folder"}', "cwd"),
    (b'{"op":"run","step":901,"cwd":"/"}', "script"),
    (b'{"op":"run","step":901,"script":"s.py","cwd":"/","args":"x"}', "args"),
    (b'{"op":"run","step":901,"script":"s.py","cwd":"/","env":{"A":1}}', "env"),
    (b'{"op":"run","step":901,"script":"s.py","cwd":"/","limits":{"disk":1}}', "disk"),
    (b'{"op":"run","step":901,"script":"s.py","cwd":"/","limits":{"cpu_s":"x"}}', "cpu_s"),
    (b'{"op":"dance","step":901}', "dance"),
])
def test_a_wrong_message_fails_and_names_what_is_wrong(runner, message, complaint):
    runner.send_raw(message + b"\n")
    assert complaint in runner.until_event(901, "failed")["error"]
    assert runner.run("print('still serving')").stdout == "still serving\n"


@pytest.mark.parametrize("line", [b"no json\n", b"[1]\n", b'{"op":"run"}\n'])
def test_a_line_without_a_step_fails_without_one(runner, line):
    runner.send_raw(line)
    assert runner.until_event(None, "failed")["error"]


def test_messages_may_arrive_in_pieces_and_several_at_once(start_runner):
    runner = start_runner()
    script = runner.write_script("print('ok')")
    message = b'{"op":"run","step":1,"script":"%s","cwd":"/"}\n{"op":"go","step":1}\n' % str(script).encode()
    runner.send_raw(message[:20])
    runner.send_raw(message[20:])
    runner.until_event(1, "closed")
    assert runner.steps[1].stdout == "ok\n"


def test_go_and_kill_for_a_step_that_is_gone_are_nothing(runner):
    result = runner.run("pass")
    number = result.events[0]["step"]
    runner.send(op="go", step=number)
    runner.send(op="kill", step=number)
    assert runner.run("print('still serving')").stdout == "still serving\n"


def test_the_end_of_stdin_ends_the_runner_and_its_steps(start_runner):
    runner = start_runner()
    number = runner.start("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    pid = int(runner.until(number, "\n").stdout)
    assert process_is_alive(pid)
    assert runner.close() == 0
    wait_until_gone(pid)


def test_a_host_that_is_gone_ends_the_runner(start_runner):
    runner = start_runner()
    number = runner.start("while True: print('x' * 1000)")
    runner.until(number, "x")
    runner.process.stdout.close()
    assert runner.process.wait(30) == 0


def test_a_runner_killed_by_its_step_ends_the_stream_without_a_result_and_the_step(start_runner, scripts):
    runner = start_runner()
    os.mkfifo(scripts / "fifo")
    number = runner.start("import os, signal, time; print(os.getpid()); open('fifo').read()\n"
                          "os.kill(os.getppid(), signal.SIGKILL); time.sleep(600)")
    pid = int(runner.until(number, "\n").stdout)
    (scripts / "fifo").write_text("go")
    with pytest.raises(RunnerEnded):
        runner.finish(number)
    assert runner.steps[number].event("exited") is None
    runner.process.wait(30)
    wait_until_gone(pid)


def test_the_next_steps_process_is_announced_between_steps(start_runner):
    runner = start_runner()
    for _ in range(3):
        spare = runner.next_spare()
        result = runner.run("import os; print(os.getpid())")
        assert result.event("forked")["pid"] == spare == int(result.stdout)


def test_a_spare_still_waiting_is_announced_again_after_a_refused_run(start_runner):
    runner = start_runner()
    spare = runner.next_spare()
    refused = runner.run("print('never')", cwd="/no/such/folder")
    assert refused.event("failed")
    assert runner.next_spare() == spare
    assert runner.run("print('fine')").event("forked")["pid"] == spare


def test_a_spare_that_was_killed_is_replaced_without_a_word(start_runner):
    runner = start_runner()
    spare = runner.next_spare()
    os.kill(spare, signal.SIGKILL)
    wait_until_gone(spare)
    result = runner.run("print('fine')")
    assert result.stdout == "fine\n"
    assert result.event("forked")["pid"] != spare
    assert runner.next_spare() not in (None, spare)
    assert not runner.spares


def test_no_spare_is_announced_beside_an_open_step(start_runner):
    runner = start_runner()
    runner.next_spare()
    waiting = runner.start("print('ran')", go=False)
    runner.until_event(waiting, "forked")
    assert runner.run("print('other')").stdout == "other\n"
    assert not runner.spares
    runner.send(op="go", step=waiting)
    runner.finish(waiting)
    assert runner.next_spare()
