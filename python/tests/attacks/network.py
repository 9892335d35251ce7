"""Every way out that a socket offers. Arguments: a port on which the host listens."""

import os
import socket
import sys

from attack import refused, report


def dial(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as made:
        made.settimeout(2)
        made.connect(address)


port = int(sys.argv[1])
refused("the host's loopback", "network namespace", lambda: dial(socket.AF_INET, ("127.0.0.1", port)))
refused("the host's loopback over IPv6", "network namespace", lambda: dial(socket.AF_INET6, ("::1", port)))
refused("an address on the internet", "network namespace", lambda: dial(socket.AF_INET, ("1.1.1.1", 443)))
refused("the metadata service of a cloud", "network namespace", lambda: dial(socket.AF_INET, ("169.254.169.254", 80)))
refused("a datagram to the internet", "network namespace",
        lambda: dial(socket.AF_INET, ("9.9.9.9", 53), socket.SOCK_DGRAM))
refused("resolving a name", "network namespace", lambda: socket.getaddrinfo("example.com", 443))
for name in ("/tmp/.X11-unix/X0", "/org/freedesktop/systemd1"):
    refused(f"the abstract socket {name}", "network namespace", lambda name=name: dial(socket.AF_UNIX, "\0" + name))
for path in ("/run/docker.sock", "/var/run/docker.sock", "/run/systemd/private", "/run/dbus/system_bus_socket"):
    refused(f"the socket {path}", "mount namespace", lambda path=path: dial(socket.AF_UNIX, path))
for name, family in (("vsock", 40), ("netlink", 16), ("packet", 17), ("bluetooth", 31), ("kernel crypto", 38),
                     ("XDP", 44), ("tipc", 30), ("can", 29), ("rds", 21), ("key", 15)):
    refused(f"a {name} socket", "seccomp", lambda family=family: socket.socket(family, socket.SOCK_RAW))
refused("a raw socket", "no capabilities", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
with open("/proc/net/dev") as devices:
    names = [line.partition(":")[0].strip() for line in devices if ":" in line]
report("network interfaces", names == ["lo"], "network namespace", names)
report("other processes' sockets", len(open("/proc/net/tcp").readlines()) == 1, "network namespace", os.getcwd())
