"""What a note says that the note before it did not: repeated sentences are counted, not shown again.

More than half the text of notes is copied (Rule 2021, Steinkamp 2022); folding is a way of reading, and the record
keeps every word. Writing and signing notes do not belong here.
"""

import re
from dataclasses import dataclass

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÆØÅ«])")
_NOT_A_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class FoldedNote:
    fresh: str
    """What is new. The whole text when nothing, or everything, is repeated."""
    repeated: tuple[str, ...]


def sentences(text: str) -> list[str]:
    return [s.strip() for s in _SENTENCE_END.split(text.strip()) if s.strip()]


def _same(sentence: str) -> str:
    return _NOT_A_LETTER.sub(" ", sentence.casefold()).strip()


def fold(text: str, previous: str) -> FoldedNote:
    """Sentences of `text` that also stand in `previous` go to `repeated`; wording must be the same, case aside."""
    known = {_same(s) for s in sentences(previous)}
    fresh = [s for s in sentences(text) if _same(s) not in known]
    repeated = tuple(s for s in sentences(text) if _same(s) in known)
    return FoldedNote(" ".join(fresh), repeated) if fresh else FoldedNote(text.strip(), ())
