"""Opens files until no more can be opened, in many processes."""

import errno
import os

from attack import report

opened = []
try:
    while len(opened) < 1 << 20:
        opened.append(os.open("/dev/null", os.O_RDONLY))
except OSError as error:
    report("descriptor exhaustion", error.errno == errno.EMFILE and len(opened) <= 1024, "RLIMIT_NOFILE", len(opened))
else:
    report("descriptor exhaustion", False, "RLIMIT_NOFILE", len(opened))
import resource  # noqa: E402

try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20))
    report("raising the limit again", False, "hard limit")
except (OSError, ValueError) as error:
    report("raising the limit again", True, "hard limit", error)
