"""Looks for what the server was started with, and for descriptors that it left open."""

import os

from attack import refused, report

ALLOWED = {
    "HOME", "LANG", "LC_CTYPE", "LIBDUCKDB", "MKL_NUM_THREADS", "MPLBACKEND", "MPLCONFIGDIR", "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONNOUSERSITE", "PYTHONPATH",
    "TRAINABLE_RECORD_FD", "TRAINABLE_RECORD_INODE", "USER",
}
report("environment of the step", set(os.environ) <= ALLOWED, "fixed list", sorted(set(os.environ) - ALLOWED))
with open("/proc/1/environ", "rb") as file:
    names = {entry.partition(b"=")[0] for entry in file.read().split(b"\0") if entry}
report("environment of pid 1", names <= {b"PATH", b"PWD", b"OLDPWD", b"_", b"SHLVL"},
       "empty environment for bubblewrap", names)
refused("environment of the runner", "non-dumpable runner", lambda: open(f"/proc/{os.getppid()}/environ", "rb").read())
kinds = {}
for name in os.listdir("/proc/self/fd"):
    try:
        kinds[int(name)] = os.readlink(f"/proc/self/fd/{name}").partition(":")[0]
    except FileNotFoundError:
        continue  # the listing's own
EXPECTED = {0: "/dev/null", 1: "pipe", 2: "pipe", 3: "pipe"}
report("inherited descriptors", kinds == EXPECTED, "descriptors closed", kinds)
pids = sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
report("seeing other processes", len(pids) <= 4, "pid namespace", pids)
refused("signalling pid 1 of the host", "pid namespace", lambda: os.kill(4_000_000, 0))
report("the host's name", os.uname().nodename == "sandbox", "UTS namespace", os.uname().nodename)
status = dict(line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line)
report("capabilities", int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0, "dropped", status["CapBnd"])
report("gaining privileges by exec", status["NoNewPrivs"] == "1", "no new privileges")
