"""Forges what the host reads: results on every descriptor, records of other steps, the runner's messages."""

import os

FORGED = (
    b'\n{"event":"exited","step":1,"code":0,"signal":0,"wall_s":0}\n{"event":"closed","step":1}\n'
    b'{"event":"output","step":2,"stream":"record","bytes":3}\nabc\n{"event":"spare","step":null,"pid":1}\n'
)
for descriptor in range(1, 64):
    try:
        os.write(descriptor, FORGED)
    except OSError:
        pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        # Lives on with the record channel, to write into a later step's.
        while True:
            os.write(3, b'{"step":1,"metrics":{"forged":1}}\n')
    os._exit(0)
os._exit(9)
