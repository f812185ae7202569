"""The loopback transport: ends of one switchboard in memory, for tests, simulation and trying the post by hand.

    switchboard = Switchboard()
    here, there = Loopback(switchboard, "8140001"), Loopback(switchboard, "990202")

It behaves as a transport with acknowledgements does: the receiver's end acknowledges when `taken` is called, and answers
a parcel that it has already taken by the same acknowledgement again, passing nothing on. The switchboard is what is
durable: ends come and go, as processes do. `connected` and `answering` are the hands of a simulation.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from akson.exchange.transport.contract import Arrival, Handed, Kind, Parcel, Undeliverable, Unreachable

DOCUMENT_BYTES_MAX = 35 * 1024 * 1024
"""What EDI 2.0 takes; no transport here needs to take more."""

Box = OrderedDict[str, Arrival]
"""reference -> what waits, oldest first."""


@dataclass(slots=True)
class Switchboard:
    """What lies between the ends, and outlives them."""

    connected: bool = True
    answering: bool = True
    """False: acknowledgements are lost on their way."""
    boxes: dict[str, Box] = field(default_factory=dict)
    """HER-id -> its box."""
    had: dict[str, str] = field(default_factory=dict)
    """Parcel id -> digest of what was taken under it."""

    def put(self, her: str, arrival: Arrival) -> None:
        self.boxes[her].setdefault(arrival.reference, arrival)

    def acknowledge(self, arrival: Arrival) -> None:
        if self.answering and arrival.sender in self.boxes:
            self.put(arrival.sender, _acknowledgement(arrival))


class Loopback:
    """The end of one HER-id."""

    name = "loopback"

    def __init__(self, switchboard: Switchboard, her: str) -> None:
        self._board, self._her = switchboard, her
        switchboard.boxes.setdefault(her, OrderedDict())

    async def send(self, parcel: Parcel) -> Handed:
        self._reachable()
        if parcel.receiver not in self._board.boxes:
            raise Undeliverable(f"No end of the loopback has HER-id {parcel.receiver}.")
        if len(parcel.document) > DOCUMENT_BYTES_MAX:
            raise Undeliverable(f"The document is larger than {DOCUMENT_BYTES_MAX // 1024 // 1024} MB.")
        arrival = Arrival(
            reference=parcel.id,
            kind=Kind.MESSAGE,
            original=parcel.document,
            document=parcel.document,
            name=f"{parcel.type} {parcel.msg_id}",
            sender=parcel.sender,
            receiver=parcel.receiver,
            refers_to=parcel.refers_to,
        )
        if self._board.had.get(parcel.id) == _digest(parcel.document):
            self._board.acknowledge(arrival)
        else:
            self._board.put(parcel.receiver, arrival)
        return Handed(parcel.id)

    async def fetch(self, limit: int) -> Sequence[Arrival]:
        self._reachable()
        return list(self._board.boxes[self._her].values())[:limit]

    async def taken(self, arrival: Arrival) -> None:
        waited = self._board.boxes[self._her].pop(arrival.reference, None)
        if waited is not None and waited.kind is Kind.MESSAGE:
            self._board.had[waited.reference] = _digest(waited.original)
            self._board.acknowledge(waited)

    async def close(self) -> None:
        return

    def _reachable(self) -> None:
        if not self._board.connected:
            raise Unreachable("The loopback is cut.")


def _acknowledgement(arrival: Arrival) -> Arrival:
    return Arrival(
        reference=f"ack:{arrival.reference}",
        kind=Kind.ACKNOWLEDGED,
        original=arrival.reference.encode(),
        sender=arrival.receiver,
        receiver=arrival.sender,
        refers_to=arrival.reference,
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
