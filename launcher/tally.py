"""Adds up JUnit reports: ``tally.py [NAME REPORT EXIT_CODE]…`` prints one line ``N passed, N failed, N skipped``.

Exits with 1 when a test failed, or a suite ended badly without saying which test it was (a crash, a broken report).
"""

import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

PYTEST_FOUND_NOTHING = 5


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0


def read(report: str) -> Count:
    """Counts the test cases of a report; a case with both a failure and an error is one failure."""
    count = Count()
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            count.failed += 1
        elif case.find("skipped") is not None:
            count.skipped += 1
        else:
            count.passed += 1
    return count


def main(arguments: list[str]) -> int:
    total = Count()
    for name, report, exit_code in zip(arguments[0::3], arguments[1::3], map(int, arguments[2::3])):
        try:
            count = read(report)
        except (OSError, ElementTree.ParseError) as problem:
            # Whatever the exit code says: a suite without a report has shown nothing.
            print(f"{name} ended with exit code {exit_code} and left no report ({problem}).", file=sys.stderr)
            total.failed += 1
            continue
        found_nothing = name == "python" and exit_code == PYTEST_FOUND_NOTHING
        if exit_code != 0 and not found_nothing and count.failed == 0:
            print(f"{name} ended with exit code {exit_code} although no test of it failed.", file=sys.stderr)
            count.failed = 1
        total.passed += count.passed
        total.failed += count.failed
        total.skipped += count.skipped
    sys.stderr.flush()
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
