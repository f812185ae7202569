"""The one socket that every web worker shares: bound before anything slow is done, so that a taken port is told at once."""

import errno
import socket

from akson.fhir.problem import Problem, ProblemKind

BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening socket. Raises Problem AKS-APP-011 (taken), -012 (not ours to bind)."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        # On POSIX this sets SO_REUSEADDR: connections of a killed node that linger do not block the next start.
        bound = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except socket.gaierror as unknown:
        raise _refused(host, f"The address is not known: {unknown.strerror}.") from unknown
    except OSError as refused:
        if refused.errno == errno.EADDRINUSE:
            raise Problem(
                ProblemKind.CONFLICT,
                "AKS-APP-011",
                f"Port {port} is taken.",
                why="Another program listens on it.",
                now=f"Stop that program, or choose another port: --port {port + 1}, or --port 0 for a free one.",
            ) from refused
        raise _refused(host, f"{refused.strerror}.") from refused
    bound.set_inheritable(True)
    return bound


def address(bound: socket.socket, *, tls: bool = False) -> str:
    """`http://127.0.0.1:8080`"""
    host, port = bound.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http{'s' if tls else ''}://{shown}:{port}"


def _refused(host: str, why: str) -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-APP-012",
        f"Akson cannot listen on {host}.",
        why=why,
        now="Give an address of this machine with --host, and a port above 1023 unless you are root.",
        permanent=True,
    )
