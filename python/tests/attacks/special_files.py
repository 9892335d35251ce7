"""Set-id bits and devices, then traps for whatever reads the session's directory on the host. Argument: a host path."""

import os
import sys

from attack import refused, report

os.makedirs("eda/data", exist_ok=True)
open("plain", "w").close()
refused("chmod u+s", "seccomp", lambda: os.chmod("plain", 0o4755))
refused("chmod g+s", "seccomp", lambda: os.chmod("plain", 0o2755))
refused("fchmod u+s", "seccomp", lambda: os.fchmod(os.open("plain", os.O_RDWR), 0o4755))
refused("creating a set-uid file", "seccomp", lambda: os.open("born", os.O_CREAT | os.O_WRONLY, 0o4755))
refused("a block device", "no capabilities", lambda: os.mknod("disk", 0o60600, os.makedev(8, 0)))
refused("a character device", "no capabilities", lambda: os.mknod("mem", 0o20600, os.makedev(1, 1)))
refused("giving a file to root", "no capabilities", lambda: os.chown("plain", 0, 0))
refused("a hard link to the system's files", "mount namespace", lambda: os.link("/usr/bin/env", "linked"))
refused("a hard link to the working rows", "mount namespace", lambda: os.link("/data/datasets/d/train.csv", "linked"))
secret = sys.argv[1]
os.symlink(secret, "eda/report.md")
os.symlink(os.path.dirname(secret), "eda/folder")
os.symlink("/proc/self/root" + secret, "eda/magic.md")
os.symlink("eda/report.md", "chained.md")
os.mkfifo("eda/pipe.md")
os.symlink("../../../../../../../" + secret, "eda/up.md")
report("planting links and FIFOs", True, "allowed; the host opens beneath a root and never follows")
