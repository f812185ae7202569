"""Which Patient a message is about: known, or why not. A message is never given to a patient on likeness alone.

| in the message            | in the record                     | match       |
| ------------------------- | --------------------------------- | ----------- |
| a national number         | one Patient has it, a name agrees | `known`     |
|                           | one Patient has it, no name agrees | `doubtful` |
|                           | several have it                   | `ambiguous` |
|                           | none has it                       | `unknown`   |
| name, birth date and sex  | anybody                           | `unnumbered` |
| nobody                    |                                   | `unnamed`   |
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from akson.exchange.envelope.values import Person
from akson.exchange.identity_numbers import SYSTEMS, national_numbers
from akson.exchange.inbox.directory import Directory, identifier_query


class Match(StrEnum):
    KNOWN = "known"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    DOUBTFUL = "doubtful"
    UNNUMBERED = "unnumbered"
    UNNAMED = "unnamed"


WORDS = {
    Match.UNKNOWN: "Pasienten finnes ikke i journalen.",
    Match.AMBIGUOUS: "Flere pasienter i journalen har dette nummeret.",
    Match.DOUBTFUL: "Nummeret tilhører en pasient med et annet navn.",
    Match.UNNAMED: "Meldingen sier ikke hvem den gjelder.",
    Match.UNNUMBERED: "Meldingen har ikke fødselsnummer eller D-nummer.",
}
"""What the message officer is told."""


@dataclass(frozen=True, slots=True)
class PatientMatch:
    match: Match
    id: str = ""
    """Only when known."""


async def match(directory: Directory, tenant: int, person: Person | None) -> PatientMatch:
    if person is None:
        return PatientMatch(Match.UNNAMED)
    numbers = {ident.plain for ident in national_numbers(person)}
    if not numbers:
        return PatientMatch(Match.UNNUMBERED)
    # A D-number sent as a national id is still hers: the number decides, not what the sender calls it.
    systems = [system for addresses in SYSTEMS.values() for system in addresses]
    found = await directory.find(tenant, identifier_query("Patient", systems, *sorted(numbers)))
    return of_candidates(person, found)


def of_candidates(person: Person, found: Sequence[dict[str, Any]]) -> PatientMatch:
    """Pure: what these Patients, who all have the number, make it."""
    standing = [patient for patient in found if not _replaced(patient)]
    if not standing:
        return PatientMatch(Match.UNKNOWN)
    if len(standing) > 1:
        return PatientMatch(Match.AMBIGUOUS)
    told = _words((person.family, person.middle, person.given))
    if not told & _words(_names(standing[0])):
        return PatientMatch(Match.DOUBTFUL)
    return PatientMatch(Match.KNOWN, str(standing[0]["id"]))


def _replaced(patient: dict[str, Any]) -> bool:
    return any(link.get("type") == "replaced-by" for link in patient.get("link", ()))


def _names(patient: dict[str, Any]) -> Iterable[str]:
    for name in patient.get("name", ()):
        yield from (
            str(name.get("family", "")),
            *(str(g) for g in name.get("given", ())),
            str(name.get("text", "")),
        )


def _words(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in name.casefold().replace("-", " ").split()}
