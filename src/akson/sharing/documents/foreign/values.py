"""What another community said of its documents."""

import hashlib
from dataclasses import dataclass
from typing import Protocol

from akson.sharing.documents.declared import Foreign
from akson.sharing.documents.entry import Entry, sha1
from akson.sharing.keys import Key
from akson.sharing.values import Outcome

KEY_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class ForeignPart:
    """One community's answer. `blocked`: how many documents it says are blocked there."""

    foreign: Foreign
    outcome: Outcome
    entries: tuple[Entry, ...] = ()
    blocked: int = 0
    more: bool = False
    """It has more than it sent."""
    why: str = ""
    """In words for the clinician; empty when it answered."""


class Vouched(Protocol):
    """What is shown at another community's door for one question: a token with proof, or an assertion made from it."""

    @property
    def key(self) -> Key: ...

    async def assertion(self) -> bytes:
        """Raises NoReply, Problem."""
        ...


def key_of(entry: Entry) -> str:
    """Names a document in an address of ours without saying anything of it."""
    text = f"{entry.home}|{entry.repository}|{entry.unique_id}"
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_CHARACTERS]


def whole(entry: Entry, content: bytes) -> bool:
    """Whether what came is what the entry describes. An entry without size and hash promises nothing."""
    if entry.hash:
        return sha1(content) == entry.hash.lower()
    return not entry.size or len(content) == entry.size
