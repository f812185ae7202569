"""A RabbitMQ of the tests' own, with its AMQP 1.0 plugin, in a temporary folder on loopback; and a wire that can be cut."""

import asyncio
import base64
import hashlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.exchange.transport.server_tls import ServerTls
from tests.ports import free_port

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
USER, PASSWORD = "akson", "akson"
STARTS_WITHIN_S = 120
DELIVERIES_MAX = 10
"""Read so often without being settled, a message is dead."""
SYNC_LIVES_MS = 15_000


def missing() -> str:
    """Why there can be no broker here; "" when there can."""
    if not PROGRAM.is_file():
        return "RabbitMQ is not installed: sh scripts/ensure_rabbitmq.sh"
    try:
        import proton  # noqa: F401
    except ImportError:
        return "Qpid Proton is not installed: make amqp"
    return ""


def queues(her: int | str) -> list[dict[str, object]]:
    """A communication party's: asynchronous without end, synchronous for 15 s, errors, and the dead."""

    def queue(name: str, **arguments: object) -> dict[str, object]:
        return {
            "name": f"{her}_{name}",
            "vhost": "/",
            "durable": True,
            "auto_delete": False,
            "arguments": arguments,
        }

    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": f"{her}_dl"}
    quorum = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERIES_MAX}
    return [
        queue("async", **quorum, **dead),
        queue("sync", **{"x-message-ttl": SYNC_LIVES_MS}),
        queue("error", **quorum, **dead),
        queue("dl"),
    ]


@contextmanager
def running(folder: Path, her_ids: Sequence[int], tls: ServerTls | None = None) -> Iterator[int]:
    """The broker's port, until the end; with `tls` there is no other."""
    port, distribution, names = free_port(), free_port(), free_port()
    definitions = {
        "vhosts": [{"name": "/"}],
        "users": [
            {
                "name": USER,
                "password_hash": _hash(PASSWORD),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
        ],
        "permissions": [{"user": USER, "vhost": "/", "configure": "", "write": ".*", "read": ".*"}],
        "queues": [queue for her in her_ids for queue in queues(her)],
    }
    (folder / "definitions.json").write_text(json.dumps(definitions))
    (folder / "enabled_plugins").write_text("[rabbitmq_amqp1_0].\n")
    (folder / "rabbitmq.conf").write_text(
        f"{_listening(port, tls)}\nload_definitions = {folder}/definitions.json\n"
    )
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"akson_{os.getpid()}_{port}@localhost",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2 +sbwt none",
        "ERL_EPMD_PORT": str(names),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    with (folder / "out").open("wb") as out:
        epmd = subprocess.Popen(
            ["epmd", "-port", str(names), "-address", "127.0.0.1"], stdout=out, stderr=out
        )
        server = subprocess.Popen([PROGRAM], env=environment, stdout=out, stderr=out, start_new_session=True)
        try:
            _until_it_answers(server, port, folder)
            yield port
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
            epmd.terminate()
            epmd.wait(10)


def _listening(port: int, tls: ServerTls | None) -> str:
    if tls is None:
        return f"listeners.tcp.default = 127.0.0.1:{port}"
    files = {"cacertfile": tls.roots, "certfile": tls.certificate, "keyfile": tls.key}
    named = [f"ssl_options.{name} = {path}" for name, path in files.items()]
    return "\n".join(["listeners.tcp = none", f"listeners.ssl.default = 127.0.0.1:{port}", *named])


def _until_it_answers(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and server.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("RabbitMQ did not start: " + (folder / "out").read_text()[-2000:])


def _hash(password: str) -> str:
    salt = os.urandom(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


class Cable:
    """Between a client and the broker: everything passes, until it is cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._open: set[asyncio.StreamWriter] = set()
        self._whole = True
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self.cut()
        if self._server is not None:
            self._server.close()

    def cut(self) -> None:
        self._whole = False
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    def mend(self) -> None:
        self._whole = True

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        there, onward = await asyncio.open_connection("127.0.0.1", self._target)
        self._open |= {writer, onward}
        await asyncio.gather(self._pass(reader, onward), self._pass(there, writer))

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while chunk := await source.read(64 * 1024):
                sink.write(chunk)
                await sink.drain()
        except (ConnectionError, OSError):
            pass
        finally:
            sink.close()
            self._open.discard(sink)
