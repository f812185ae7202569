"""Port numbers for servers that must be told one before they start.

A number that the kernel gives for port 0 and that is let go again may be the next connection's of anybody on the machine:
these lie below those that it gives of itself (from 32768 on Linux, from 49152 elsewhere), and none is given twice here.
"""

import os
import socket
from itertools import count

FIRST, COUNT = 20_000, 12_000
_numbers = count(os.getpid() * 97)


def free_port() -> int:
    """On 127.0.0.1; nobody listens there now."""
    for _ in range(COUNT):
        port = FIRST + next(_numbers) % COUNT
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("No port is free.")
