"""AMQP 1.0 by Apache Qpid Proton, on one thread of its own: send to a queue, hold what came, settle it. No rule stands here.

Proton is an extra (`pip install akson[amqp]`), imported when a bus is opened. Everything below runs on the one thread.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from akson.exchange.transport.amqp_message import Wire
from akson.exchange.transport.contract import Undeliverable, Unreachable

WAIT_S = 15
LOOK_S = 0.3
"""How long a fetch waits for the first that is new."""
HELD_MAX = 1_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Address:
    """`url` is `amqps://host:5671`, or `amqp://` to this machine alone; `prefix` stands before a queue's name.

    RabbitMQ before version 4 wants `/amq/queue/`, and drops in silence what is sent to a queue that is not there: only
    queues of the address book are sent to. Helsenorge's bus gives names as they are.
    """

    url: str
    user: str = ""
    secret: str = field(default="", repr=False)
    """Never part of the url, which the library writes into its log."""
    prefix: str = ""
    roots: str = ""
    """A file of roots (PEM) that the bus's certificate must stand below; "" for those this machine trusts."""
    plain_allowed: bool = False
    """Without TLS off this machine too: within a closed network, and only when somebody has said so."""

    def __post_init__(self) -> None:
        """Raises ValueError: a secret and a message's addresses never leave the machine without TLS."""
        parts = urlsplit(self.url)
        if "@" in parts.netloc or not parts.hostname:
            raise ValueError("the bus's address is amqps://host:port, with user and secret beside it")
        plain = parts.scheme == "amqp" and (self.plain_allowed or _is_this_machine(parts.hostname))
        if parts.scheme != "amqps" and not plain:
            raise ValueError("only a bus on this machine is reached without TLS")

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@dataclass(slots=True)
class Held:
    """One delivery that is not settled."""

    queue: str
    wire: Wire
    delivery: Any


class Link:
    def __init__(self, address: Address) -> None:
        self._address = address
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="amqp")
        self._connection: Any = None
        self._receivers: dict[str, Any] = {}
        self._senders: dict[str, Any] = {}
        self.held: list[Held] = []
        """In the order they came. Void when the connection is: the bus gives them again."""

    async def send(self, queue: str, wire: Wire) -> None:
        """Durable at the bus when it returns. Raises Unreachable, Undeliverable."""
        await self._run(lambda: self._send(queue, wire))

    async def look(self, queues: Sequence[str], limit: int) -> None:
        """Takes what waits in these queues into `held`, up to `limit` altogether. Raises Unreachable."""
        await self._run(lambda: self._look(queues, min(limit, HELD_MAX)))

    async def settle(self, held: Held) -> None:
        """The bus may forget it. Raises Unreachable."""
        if held in self.held:
            await self._run(lambda: self._settle(held))

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, work)

    def _guarded(self, work: Callable[[], T]) -> T:
        try:
            from proton import ConnectionException, LinkException, ProtonException, SessionException
        except ImportError as absent:
            raise Unreachable("Qpid Proton is not installed here: make amqp.") from absent
        try:
            return work()
        except (Undeliverable, Unreachable):
            raise
        except (ProtonException, ConnectionException, LinkException, SessionException, OSError) as failed:
            self._drop()
            if "not-found" in str(failed):
                raise Undeliverable(f"A queue is not there at {self._address.host}.") from failed
            kind = type(failed).__name__
            raise Unreachable(f"The bus {self._address.host} does not answer ({kind}).") from failed

    def _send(self, queue: str, wire: Wire) -> None:
        from proton import Delivery

        sender = self._senders.get(queue)
        if sender is None:
            sender = self._open().create_sender(self._address.prefix + queue)
            self._senders[queue] = sender
        outcome = sender.send(_made(wire), timeout=WAIT_S).remote_state
        if outcome == Delivery.REJECTED:
            raise Undeliverable(f"The bus {self._address.host} rejects what is sent to {queue}.")
        if outcome != Delivery.ACCEPTED:
            raise Unreachable(f"The bus {self._address.host} has not taken what was sent to {queue}.")

    def _look(self, queues: Sequence[str], limit: int) -> None:
        from proton import Timeout

        connection = self._open()
        for queue in queues:
            if queue not in self._receivers:
                self._receivers[queue] = connection.create_receiver(self._address.prefix + queue)
        while len(self.held) < limit:
            for receiver in self._receivers.values():
                if not receiver.link.credit and not receiver.fetcher.has_message:
                    receiver.link.flow(1)
            try:
                connection.wait(self._anything, timeout=LOOK_S, msg="looking")
            except Timeout:
                return
            for queue, receiver in self._receivers.items():
                while receiver.fetcher.has_message and len(self.held) < limit:
                    came = receiver.fetcher.pop()
                    self.held.append(Held(queue, _read(came), receiver.fetcher.unsettled[-1]))

    def _anything(self) -> bool:
        return any(receiver.fetcher.has_message for receiver in self._receivers.values())

    def _settle(self, held: Held) -> None:
        from proton import Delivery

        receiver = self._receivers[held.queue]
        held.delivery.update(Delivery.ACCEPTED)
        held.delivery.settle()
        receiver.fetcher.unsettled.remove(held.delivery)
        self.held.remove(held)
        # The acceptance leaves when the connection is next worked on: now, for the process may be killed.
        self._connection.container.do_work(0)

    def _open(self) -> Any:
        from proton.utils import BlockingConnection

        if self._connection is None:
            named = {"user": self._address.user, "password": self._address.secret}
            self._connection = BlockingConnection(
                self._address.url,
                timeout=WAIT_S,
                heartbeat=60,
                ssl_domain=_tls(self._address.roots) if self._address.url.startswith("amqps:") else None,
                allowed_mechs="PLAIN" if self._address.user else "ANONYMOUS EXTERNAL",
                **(named if self._address.user else {}),
            )
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        self._receivers.clear()
        self._senders.clear()
        self.held.clear()
        if connection is not None:
            try:
                connection.timeout = 2
                connection.close()
            except Exception:  # noqa: S110 - it is gone, which is what was wanted
                pass


def _tls(roots: str) -> Any:
    """The bus must show a certificate for its name, by `roots` or those that this machine trusts."""
    from proton import SSLDomain

    made = SSLDomain(SSLDomain.MODE_CLIENT)
    paths = ssl.get_default_verify_paths()
    made.set_trusted_ca_db(roots or paths.cafile or paths.openssl_cafile)
    made.set_peer_authentication(SSLDomain.VERIFY_PEER_NAME)
    return made


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _made(wire: Wire) -> Any:
    from proton import Message

    made = Message(
        id=wire.id,
        subject=wire.subject,
        address=wire.to,
        reply_to=wire.reply_to or None,
        correlation_id=wire.correlation,
        content_type=wire.content_type,
        properties=dict(wire.fields),
        body=memoryview(wire.body),
        durable=True,
    )
    made.inferred = True  # One data section, as the specification asks.
    return made


def _read(came: Any) -> Wire:
    body = came.body
    return Wire(
        _text(came.id),
        _text(came.subject),
        _text(came.address),
        _text(came.reply_to),
        _text(came.correlation_id),
        _text(came.content_type),
        _fields(came.properties),
        bytes(body) if isinstance(body, memoryview | bytes | bytearray) else b"",
        int(came.delivery_count or 0),
    )


def _fields(properties: Mapping[Any, Any] | None) -> dict[str, str]:
    """Texts, as the specification says; some write numbers."""
    return {str(name): _text(value) for name, value in (properties or {}).items()}


def _text(value: object) -> str:
    return "" if value is None else str(value)
