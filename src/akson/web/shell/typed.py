"""What a person types, form by form, and whether the record held it already: counted where the form is taken in.

    marks = typed.traced("pathway.answer", given, known)      # {"akson-typed": "1", "akson-retyped": "0"}
    typed.tally(answers_headers) -> Tally(typed=9, retyped=0)

Each form declares its fields here once: where each value comes from, or that a person types it. A field that nobody has
declared is typed. Numbers alone leave here, as headers of the answer to the form: never a word of what was typed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TYPED, CHOSEN = "typed", "chosen"
"""Written by hand; picked among what the record offers. Everything else names its source."""
TYPED_HEADER, RETYPED_HEADER = "akson-typed", "akson-retyped"
SHORTEST = 4
"""A shorter word says nothing of where it comes from."""
_CARRIED = {"token": "skjemaet", "proof": "nettleseren", "id": "skjemaet", "gjor": CHOSEN, "bekreft": CHOSEN}

_CARRIED_FILES = ("vedlagt-", "behold-", "kopi-")

SOURCES: Mapping[str, Mapping[str, str]] = {
    "pathway.answer": {
        "melding": "sykehusets melding", "svar": CHOSEN, "plass": CHOSEN, "fra": "plassen", "til": "plassen",
    },
    "pathway.ask": {"steg": "reglene", "melding": "sykehusets melding"},
    "pathway.done": {"oppgave": "oppgaven", "versjon": "oppgaven"},
    "casework.apply": {"tjeneste": CHOSEN, "asked": TYPED},
    "casework.assess": {"sak": "søknaden", "funn": "IPLOS i journalen", "text": TYPED},
    "casework.decide": {
        "sak": "søknaden", "vedtak": "vedtaket", "tjeneste": "søknaden", "enhet": CHOSEN, "fra": CHOSEN, "til": CHOSEN,
        "runde": CHOSEN, "timer": TYPED, "grounds": "vurderingen",
    },
    "casework.end": {"vedtak": "vedtaket", "siste": CHOSEN},
    "measurements": {},
    "shared-plan": {
        "linje": "planen", "slag": "skjemaet", "sett": "planen", "valg": CHOSEN, "bort": CHOSEN, "farge": CHOSEN,
        "sted": CHOSEN, "hvem": CHOSEN, "klokka": CHOSEN, "til": CHOSEN, "minutter": CHOSEN, "samtykke": CHOSEN,
    },
    "notes": {"mal": CHOSEN, "problem": CHOSEN, "tiltak": CHOSEN, "notat": "notatet", "versjon": "notatet"},
    "plan": {"problem": CHOSEN, "mal": CHOSEN, "ganger": CHOSEN, "klokka": CHOSEN, "utfall": CHOSEN},
    "write": {
        "type": CHOSEN, "til": CHOSEN, "svar": "meldingen som besvares", "endring": CHOSEN, "ny-kopi": CHOSEN,
        "felt-kind": CHOSEN, "felt-receives": CHOSEN, "felt-contact": CHOSEN, "felt-fault": CHOSEN,
        "felt-expected": CHOSEN, "felt-died": CHOSEN,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tally:
    typed: int = 0
    retyped: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.typed + other.typed, self.retyped + other.retyped)

    def words(self) -> str:
        return f"{self.typed} felt skrevet av en person, {self.retyped} av dem sto i journalen fra før"


def source(form: str, field: str) -> str:
    """Where the value of a field comes from."""
    if field.startswith(_CARRIED_FILES):
        return CHOSEN
    return SOURCES[form].get(field) or _CARRIED.get(field, TYPED)


def traced(
    form: str, given: Mapping[str, str], known: Iterable[str], offered: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Headers of the answer. `known`: what the record held about her when the form was shown, as text.

    `offered`: what stood in typed fields when the page was shown. What was left as it stood is not typed.
    """
    before = offered or {}
    by_hand = {
        name: plain(text)
        for name, text in given.items()
        if source(form, name) == TYPED and plain(text) and plain(text) != plain(before.get(name, ""))
    }
    held = " | ".join(plain(text) for text in known)
    again = sum(1 for text in by_hand.values() if len(text) >= SHORTEST and text in held)
    return {TYPED_HEADER: str(len(by_hand)), RETYPED_HEADER: str(again)}


def tally(headers: Iterable[Mapping[str, str]]) -> Tally:
    """Of a whole run: the headers of all its answers, in lower case."""
    counted = Tally()
    for one in headers:
        counted += Tally(int(one.get(TYPED_HEADER, 0)), int(one.get(RETYPED_HEADER, 0)))
    return counted


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().strip(".").casefold()
