"""One of two sessions that look for each other: leaves and listens in every place that two processes could share."""

import os
import socket
import sys
import time

from attack import report

role = sys.argv[1]
name = "\0trainable-rendezvous"
if role == "wait":
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(name)
    listener.listen()
    tcp = socket.socket()
    tcp.bind(("127.0.0.1", 48211))
    tcp.listen()
    for folder in ("/dev/shm", "/tmp", "/var/tmp"):
        try:
            with open(f"{folder}/rendezvous", "w") as file:
                file.write("here")
        except OSError:
            continue
    print("waiting", flush=True)
    time.sleep(60)


def reached(address: object, family: int) -> bool:
    with socket.socket(family) as peer:
        try:
            peer.connect(address)
        except OSError:
            return False
    return True


report("another session's abstract socket", not reached(name, socket.AF_UNIX), "network namespace")
report("another session's port on the loopback", not reached(("127.0.0.1", 48211), socket.AF_INET), "network namespace")
for folder in ("/dev/shm", "/tmp", "/var/tmp"):
    report(f"another session's file in {folder}", not os.path.exists(f"{folder}/rendezvous"), "mount namespace")
processes = [pid for pid in os.listdir("/proc") if pid.isdigit()]
report("another session's processes", len(processes) <= 4, "pid namespace", processes)
