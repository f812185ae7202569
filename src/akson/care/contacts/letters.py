"""A care message opened for a reader: who wrote it, every field, what is new, what it lacks, and how it stands to others.

The shapes stand here so that screens can show what the post reads without knowing the post; `akson.app` hands the one to
the other (`ReadsPost`). Every word is a sender's text and never markup.

    Letter(contact="Eva Lunde, Medisinsk avdeling, telefon 05 50 02 02",
           lines=(LetterLine(0, "Opphold"),
                  LetterLine(1, "Forventet utskriving", "02.12.2026", fresh=True, before="30.11.2026")))
    Standing(thread=("a", "b"), replaced_by="b", cancelled_by="", replaces="")
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from akson.care.fhir_json import Resource


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One field, or the heading of a part (`said` is "")."""

    depth: int
    label: str
    said: str = ""
    fresh: bool = False
    """Whether it was not said like this in the message before."""
    before: str = ""
    """What stood there then; "" when nothing did."""


@dataclass(frozen=True, slots=True)
class Novelty:
    """One thing that is new since the message before. `before` or `after` is "" for what came or went."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Letter:
    summary: str
    contact: str
    """Person, unit and telephone that the sender gives for questions; "" when there are none."""
    lines: tuple[LetterLine, ...]
    """What is said of the patient."""
    about: tuple[LetterLine, ...]
    """The header: sender, receivers, patient, ids."""
    news: tuple[Novelty, ...] = ()
    missing: tuple[str, ...] = ()
    """What its profile demands and it does not say."""
    administrative: tuple[LetterLine, ...] = ()
    """The rest of the content: units, writers, dates and ids."""
    elsewhere: tuple[str, ...] = ()
    """Files that it names and that cannot be opened from here."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a message stands to the others of its conversation. Ids of Communications; "" for none."""

    thread: tuple[str, ...]
    """All of the conversation that the reader may see, oldest first, itself among them."""
    replaced_by: str = ""
    """The newest that says anew what it said."""
    cancelled_by: str = ""
    replaces: str = ""
    """The newest of those it says anew: what it is compared with."""


class ReadsPost(Protocol):
    """The post as readers need it: `akson.exchange.reader.PostReader`."""

    def letter(self, message: Resource, before: Resource | None = None) -> Letter | None:
        """The whole message; `before` is what it says anew. None for a Communication that is no message of the post."""
        ...

    def standings(self, messages: Sequence[Resource]) -> Mapping[str, Standing]:
        """Communication id -> its standing among `messages`."""
        ...
