"""Whether a type can be sent to a partner: pure, from the address book's entry, the profiles and what we can write."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from akson.exchange.addresses.book import Found
from akson.exchange.partners import instead
from akson.exchange.partners.instead import Instead
from akson.exchange.times import NORWAY
from akson.fhir.problem import Problem
from akson.store.partners import AbilityRow, ProfileRow

REGISTER, AGREEMENT = "register", "agreement"
_ORDER = (AGREEMENT, REGISTER)
"""Who decides first."""


class Verdict(Enum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """`because` and `instead` are filled for everything but YES; `warnings` may stand beside any."""

    verdict: Verdict
    version: str = ""
    because: str = ""
    instead: tuple[Instead, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What the sender is told, in one text."""
        parts = (self.because, *(i.words for i in self.instead), *self.warnings)
        return " ".join(part for part in parts if part)


Writes = Mapping[str, Sequence[str]]
"""Type -> the versions that we can write, best first."""


def judge(
    type: str, her: str, found: Found, profiles: Sequence[ProfileRow], writes: Writes, at: datetime
) -> Answer:
    warnings = _age(found)
    if found.entry is None:
        because = f"Ingen har HER-id {her} i Adresseregisteret."
        return Answer(Verdict.NO, "", because, (instead.FIND, *instead.by_hand(type)), warnings)
    if silent := found.entry.why_silent(at):
        return Answer(Verdict.NO, "", silent, (instead.FIND, *instead.by_hand(type)), warnings)
    if not any(profile.abilities for profile in profiles):
        because = f"{found.entry.name} har ikke oppgitt hvilke meldinger den tar imot."
        return Answer(Verdict.UNKNOWN, "", because, (instead.ASK, *instead.by_hand(type)), warnings)
    version, because = _received(type, profiles, writes, at)
    if version:
        return Answer(Verdict.YES, version, warnings=(*warnings, *_answerable(type, profiles, at)))
    standing_in = tuple(
        Instead(instead.TYPE, words, other)
        for other, words in instead.STANDS_IN.get(type, ())
        if _received(other, profiles, writes, at)[0]
    )
    return Answer(
        Verdict.NO, "", f"{found.entry.name} {because}", (*standing_in, *instead.by_hand(type)), warnings
    )


def deadline(type: str, profiles: Sequence[ProfileRow], at: datetime) -> timedelta | None:
    """How long the partner has agreed to take for an answer; None: the type's own deadline."""
    rows = _deciding(type, profiles)
    return next((r.answers_within for r in rows if _in_force(r, at) and r.answers_within is not None), None)


def _received(type: str, profiles: Sequence[ProfileRow], writes: Writes, at: datetime) -> tuple[str, str]:
    """(version that both know, "") or ("", why there is none)."""
    rows = [row for row in _deciding(type, profiles) if row.receives]
    if not rows:
        return "", "tar ikke imot denne meldingen."
    ours = writes.get(type, ())
    now = {row.version for row in rows if _in_force(row, at)}
    common = next((version for version in ours if version in now), "")
    if common:
        return common, ""
    if not ours:
        return "", "kan ta imot meldingen, men vi kan ikke lage den."
    later = min((r.begins for r in rows if r.version in ours and r.begins and r.begins > at), default=None)
    words = f"tar imot versjon {_listed(now)}, vi sender {_listed(ours)}." if now else "tar ikke imot den nå."
    return "", words + (f" Fra {later.astimezone(NORWAY):%d.%m.%Y} kan den det." if later else "")


def _answerable(type: str, profiles: Sequence[ProfileRow], at: datetime) -> tuple[str, ...]:
    wanted = instead.WANTS.get(type, ())
    sent = any(row.sends and _in_force(row, at) for each in wanted for row in _deciding(each, profiles))
    if not wanted or sent:
        return ()
    return ("Mottakeren kan ikke sende svar som melding. Be om svar på telefon eller i brev.",)


def _deciding(type: str, profiles: Sequence[ProfileRow]) -> list[AbilityRow]:
    """The rows of the first source that names the type."""
    for source in _ORDER:
        rows = [row for p in profiles if p.source == source for row in p.abilities if row.type == type]
        if rows:
            return rows
    return []


def _in_force(row: AbilityRow, at: datetime) -> bool:
    return (row.begins is None or row.begins <= at) and (row.ends is None or at < row.ends)


def _age(found: Found) -> tuple[str, ...]:
    if not found.stale:
        return ()
    return (f"Adresseregisteret svarer ikke. Adressen er {max(1, found.age.days)} døgn gammel.",)


def _listed(versions: Sequence[str] | set[str]) -> str:
    return " og ".join(sorted(versions))


def unreachable(type: str) -> Answer:
    """Nothing is known of the partner, and the register is silent."""
    because = "Adresseregisteret svarer ikke, og mottakeren er ny for oss."
    return Answer(Verdict.UNKNOWN, "", because, instead.by_hand(type))


def unreadable(type: str, odd: Problem) -> Answer:
    because = f"Mottakerens oppføring i Adresseregisteret kan ikke leses ({odd.id})."
    return Answer(Verdict.NO, "", because, instead.by_hand(type))
