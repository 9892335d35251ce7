"""The connection to the host: JSON lines in, JSON lines with binary payloads out."""

from __future__ import annotations

import fcntl
import json
import os
from typing import Any, Dict, List, Sequence, Union

MAX_PAYLOAD = 64 * 1024
PIPE_SIZE = 1024 * 1024
# Linux takes at most IOV_MAX (1024) buffers in one call; two make a message.
READ_SIZE = 1024 * 1024

Buffer = Union[bytes, memoryview]


def widen_pipe(descriptor: int) -> None:
    """Ask for a 1 MiB pipe, so that writer and reader switch less often; the default does where that is refused."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    except OSError:
        # No pipe at all (srun gives sockets), or over the user's share of pipe memory: smaller is only slower.
        return


class HostConnection:
    """Reads the host's messages and writes events. Writes block while the host does not read."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self._sink = sink
        self._partial = b""
        widen_pipe(sink)

    def read_lines(self) -> List[bytes]:
        """The whole lines that have arrived; call when the source is readable. Raises EOFError at its end."""
        data = os.read(self.source, MAX_PAYLOAD)
        if not data:
            raise EOFError("the host closed the connection")
        *lines, self._partial = (self._partial + data).split(b"\n")
        return [line for line in lines if line.strip()]

    def send(self, event: str, **fields: Any) -> None:
        message: Dict[str, Any] = {"event": event, **fields}
        self._write([json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"])

    def send_output(self, header: bytes, data: memoryview) -> None:
        """Relay bytes in messages of at most 64 KiB; header is the message up to the byte count."""
        buffers: List[Buffer] = []
        for start in range(0, len(data), MAX_PAYLOAD):
            payload = data[start:start + MAX_PAYLOAD]
            buffers += [b"%b%d}\n" % (header, len(payload)), payload]
        self._write(buffers)

    def _write(self, buffers: Sequence[Buffer]) -> None:
        written = os.writev(self._sink, buffers)
        if written < sum(map(len, buffers)):
            rest = memoryview(b"".join(buffers))[written:]
            while rest:
                rest = rest[os.write(self._sink, rest):]


def output_header(step: int, stream: str) -> bytes:
    """An output message up to its byte count."""
    return f'{{"event":"output","step":{step},"stream":"{stream}","bytes":'.encode("ascii")
