"""Reads and writes what is not the session's. Arguments: paths as the host knows them that must not be there."""

import os
import sys

from attack import refused, report

for path in ("/etc/passwd", "/etc/shadow", "/etc/hostname", "/root", "/home", "/var", "/sys", "/boot", "/run"):
    refused(f"reading {path}", "mount namespace",
            lambda path=path: os.listdir(path) if os.path.isdir(path) else open(path).read())
NAMES = ("the held rows", "the home", "another session's file", "the server's program")
for name, path in zip(NAMES, sys.argv[1:]):
    refused(f"reading {name} by its path on the host", "mount namespace", lambda path=path: os.stat(path))
report("listing the sessions", os.listdir("/data/sessions") == [os.path.basename(os.getcwd())], "mount namespace",
       os.listdir("/data/sessions"))
refused("leaving /data by ..", "mount namespace", lambda: open("/data/../../../etc/passwd").read())
refused("the runner's root by /proc", "non-dumpable runner", lambda: os.listdir(f"/proc/{os.getppid()}/root/"))
refused("bubblewrap's root by /proc/1/root", "mount namespace", lambda: open("/proc/1/root/etc/passwd").read())
for folder in ("/", "/dev", "/usr/bin", "/usr/lib/python3/dist-packages", "/opt/trainable", "/data", "/data/sessions",
               "/proc/self", "/etc"):
    refused(f"writing to {folder}", "read-only mounts", lambda folder=folder: open(f"{folder}/planted", "w"))
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/vm/drop_caches",
             "/proc/1/oom_score_adj", "/proc/self/oom_score_adj", "/proc/self/uid_map"):
    refused(f"writing {path}", "user namespace", lambda path=path: os.write(os.open(path, os.O_WRONLY), b"-500"))
for path in ("/proc/kcore", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/nvidia0"):
    refused(f"opening {path}", "mount namespace", lambda path=path: open(path, "rb").read(1))
