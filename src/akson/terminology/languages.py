"""The languages a reader wants words in, and which words are in them.

    read("de,*; q=0") -> Languages(("de",), fallback=False)

Spec: Accept-Language (RFC 9110 12.5.4). `*` is understood at the end unless it is refused with `q=0`.
"""

import re
from dataclasses import dataclass

_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
TAGS_MAX = 20


@dataclass(frozen=True, slots=True)
class Languages:
    """In order of preference; `fallback`: other words are better than none."""

    tags: tuple[str, ...] = ()
    fallback: bool = True
    text: str = ""
    """As it was written, tidied."""

    def __bool__(self) -> bool:
        return bool(self.tags)

    def wants(self, language: str) -> bool:
        return any(covers(tag, language) for tag in self.tags)


def read(text: str) -> Languages | None:
    """None when it is no list of languages."""
    ranked: list[tuple[float, int, str]] = []
    fallback = True
    for place, part in enumerate(text.split(",")[:TAGS_MAX]):
        tag, _, weight = (p.strip() for p in part.partition(";"))
        q = _weight(weight)
        if q is None or not (tag == "*" or _TAG.fullmatch(tag)):
            return None
        if tag == "*":
            fallback = q > 0
        elif q > 0:
            ranked.append((-q, place, tag))
    # The text is shown again in the parameters of an expansion.
    tidy = ",".join(part.strip() for part in text.split(",")) if ";" not in text else _spaced(text)
    return Languages(tuple(tag for _, _, tag in sorted(ranked)), fallback, tidy)


def covers(wanted: str, language: str) -> bool:
    """`de` covers `de-CH`; not the other way round."""
    have, want = language.lower(), wanted.lower()
    return have == want or have.startswith(want + "-")


def _spaced(text: str) -> str:
    return ", ".join("; ".join(p.strip() for p in part.split(";")) for part in text.split(","))


def _weight(text: str) -> float | None:
    if not text:
        return 1.0
    name, _, value = text.partition("=")
    try:
        return float(value) if name.strip() == "q" else None
    except ValueError:
        return None
