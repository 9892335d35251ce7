"""Tells, from inside a sandbox, what it can reach. Prints one JSON object; the host judges it.

Arguments: the directories of the interpreter that are mounted beside the system's.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import socket
import sys
from typing import Dict, List, Sequence

CLONE_NEWUSER = 0x10000000
# None of these belongs in a sandbox.
HOST_PATHS = ("/etc/passwd", "/etc/shadow", "/root", "/home", "/var", "/sys", "/boot")


def status_fields() -> Dict[str, str]:
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def can_make_namespace() -> bool:
    """Whether unshare(CLONE_NEWUSER) works: the way into most of the kernel that capabilities guard."""
    return ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWUSER) == 0


def can_open_socket(family: int) -> bool:
    try:
        socket.socket(family, socket.SOCK_DGRAM).close()
        return True
    except OSError as error:
        return error.errno not in (errno.EAFNOSUPPORT, errno.EPERM)


def network_interfaces() -> List[str]:
    with open("/proc/net/dev", encoding="ascii") as file:
        return [line.partition(":")[0].strip() for line in file if ":" in line]


def can_write(directory: str) -> bool:
    path = os.path.join(directory, "trainable-probe")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.unlink(path)
        return True
    except OSError:
        return False


def shows_the_host(path: str, mounted: Sequence[str]) -> bool:
    """Whether a path is there for another reason than to hold one of the directories that are mounted on purpose."""
    return os.path.exists(path) and not any(entry.startswith(path + "/") for entry in mounted)


def main(mounted: Sequence[str]) -> None:
    fields = status_fields()
    facts = {
        "seccomp": fields.get("Seccomp", "").strip() == "2",
        "capabilities": int(fields.get("CapEff", "0").strip(), 16) | int(fields.get("CapBnd", "0").strip(), 16),
        "no_new_privileges": fields.get("NoNewPrivs", "").strip() == "1",
        "vsock": can_open_socket(getattr(socket, "AF_VSOCK", 40)),
        "netlink": can_open_socket(socket.AF_NETLINK),
        "interfaces": network_interfaces(),
        "host_paths": [path for path in HOST_PATHS if shows_the_host(path, mounted)],
        "writable": [path for path in ("/", "/dev", "/usr", "/opt/trainable") if can_write(path)],
        "processes": sum(entry.isdigit() for entry in os.listdir("/proc")),
        "namespaces": can_make_namespace(),
    }
    print(json.dumps(facts))


if __name__ == "__main__":
    main(sys.argv[1:])
