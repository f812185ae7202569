"""What every way of carrying the post does: one shape, one module each beside this one.

A transport moves bytes and says what it knows about them. It judges no message, keeps no state that matters (its table
is the outbox's and the inbox's), and may be killed at any point: sending the same parcel again must be harmless.

    outbox ─ Parcel ─► Transport.send ─► Handed      what their transport has; the receipt comes later, as a message
    Transport.fetch ─► Arrival ─► inbox stores it ─► Transport.taken(arrival)      only then may it forget
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Kind(Enum):
    MESSAGE = "message"
    """A business message, or an AppRec: both are documents for the inbox."""
    ACKNOWLEDGED = "acknowledged"
    """The receiver's transport has the parcel that `refers_to` names."""
    REFUSED = "refused"
    """The receiver's transport, or one between, will not deliver the parcel that `refers_to` names."""


ENVELOPED = frozenset({"edi20", "ebxml", "amqp", "loopback"})
"""Transports that know more of a thing than what is inside: an id of their own, who sends, whether it can be trusted."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One document for one receiver, on its way out. Ids are UUIDs in lower case, HER-ids digits."""

    id: str
    """Of this handing-over, the same at every retry: the transport's own message id, so that a duplicate is known."""
    type: str
    """Code in 8279; `APPREC` for a receipt."""
    msg_id: str
    conversation: str
    sender: str
    receiver: str
    document: bytes
    answers: str = ""
    """For a receipt: 8279 code of the message it answers."""
    refers_to: str = ""
    """For an answer: the transport's id of what is answered, when it is known."""


@dataclass(frozen=True, slots=True)
class Handed:
    """`reference` is the transport's own id of it; `confirmed` whether the receiver's transport has said that it has it."""

    reference: str
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Arrival:
    """One thing that came. `original` is every byte as it came; `document` what was inside, when it could be opened."""

    reference: str
    kind: Kind
    original: bytes
    document: bytes = b""
    name: str = ""
    """What a person calls it: a file's name, a subject."""
    sender: str = ""
    """HER-id the envelope names, when there is one. Who signed is checked against it by the transport."""
    receiver: str = ""
    refers_to: str = ""
    problem: str = ""
    """Code in 8221 (`S01`, `S02`, `S03`, `T01`; `E10`: an id used again) when envelope or signature cannot be trusted."""
    note: str = ""
    """What went wrong, in words for the message officer. Never anything of the content."""


class Unreachable(Exception):
    """Not now: the same parcel may be sent again later. Says who did not answer, never what was sent."""


class Undeliverable(Exception):
    """Not ever as it is: an unknown receiver, no certificate, too large. Says what must be mended.

    `id` is stable, and stands with the message: `outbox.words.REMEDIES` says what whoever owns it does then.
    """

    def __init__(self, words: str, id: str = "AKS-EXCHANGE-023") -> None:
        super().__init__(words)
        self.id = id


class Transport(Protocol):
    """One way of carrying. Held to `tests/exchange/transport/contract.py`, whatever it is made of."""

    name: str
    """`folder`, `loopback`, `edi20`, `ebxml`, `amqp`."""

    async def send(self, parcel: Parcel) -> Handed:
        """Raises Unreachable or Undeliverable; anything else is a fault of ours and counts as Unreachable."""
        ...

    async def fetch(self, limit: int) -> Sequence[Arrival]:
        """What waits, oldest first, without forgetting it. Raises Unreachable."""
        ...

    async def taken(self, arrival: Arrival) -> None:
        """It is stored here: the other side may forget it."""
        ...

    async def close(self) -> None: ...
