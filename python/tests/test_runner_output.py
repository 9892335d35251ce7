"""Bytes on their way through the runner."""

from __future__ import annotations

import hashlib
import os


def test_bytes_arrive_as_they_were_written(runner):
    result = runner.run("import sys; sys.stdout.buffer.write(bytes(range(256)) * 4096)")
    assert bytes(result.streams["stdout"]) == bytes(range(256)) * 4096


def test_a_message_carries_at_most_64_kib(runner):
    result = runner.run("import os; os.write(1, b'x' * 1_000_000); os.write(3, b'{}\\n')")
    sizes = [event["bytes"] for event in result.events if event["event"] == "output"]
    assert max(sizes) <= 64 * 1024 and sum(sizes) == 1_000_003


def test_200_mb_on_one_line(runner):
    number = runner.start("import sys\nblock = b'0123456789' * 100_000\n"
                          "for _ in range(200): sys.stdout.buffer.write(block)")
    digest, total = hashlib.md5(), 0
    while not runner.steps[number].event("closed"):
        runner.pump_one()
        data = runner.steps[number].streams["stdout"]
        digest.update(data)
        total += len(data)
        data.clear()
    assert total == 200_000_000
    expected = hashlib.md5()
    for _ in range(200):
        expected.update(b"0123456789" * 100_000)
    assert digest.hexdigest() == expected.hexdigest()


def test_a_step_that_floods_can_be_killed(runner):
    number = runner.start("while True: print('x' * 10_000)")
    runner.until(number, "x")
    runner.send(op="kill", step=number)
    assert runner.finish(number).exited["signal"] == 9


def test_lines_are_sent_as_they_are_printed(runner):
    number = runner.start("import sys\nprint('first')\nprint('second', file=sys.stderr)\nimport time; time.sleep(600)")
    runner.until(number, "first\n")
    runner.until(number, "second\n", "stderr")
    runner.send(op="kill", step=number)


def test_text_is_utf_8_and_what_cannot_be_encoded_is_escaped(runner):
    result = runner.run("print('grüße 数据 \\ud800')")
    assert result.stdout == "grüße 数据 \\ud800\n"


def test_records_have_a_channel_of_their_own(runner):
    result = runner.run("from trainable import log\nfor i in range(1000): log(i, {'loss': i / 2})\nprint('done')")
    assert result.stdout == "done\n"
    assert [record["step"] for record in result.records] == list(range(1000))


def test_output_of_a_process_that_outlives_the_step_still_arrives(runner, scripts):
    os.mkfifo(scripts / "fifo")
    number = runner.start("""
import os, subprocess
subprocess.Popen(["sh", "-c", "read line; echo late"], stdin=os.open("fifo", os.O_RDWR))
print("early")
""")
    runner.until_event(number, "exited")
    (scripts / "fifo").write_text("go\n")
    result = runner.finish(number)
    assert result.stdout == "early\nlate\n"
    assert result.events[-1]["event"] == "closed"


def test_lines_of_a_busy_loop_travel_together(runner):
    result = runner.run("for number in range(20_000): print(number)")
    messages = [event for event in result.events if event["event"] == "output"]
    assert result.stdout.split() == [str(number) for number in range(20_000)]
    assert len(messages) < 2_000
