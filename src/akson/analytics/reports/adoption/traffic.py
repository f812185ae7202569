"""Synthetic traffic of 2012-2014: made by chance from a seed, so that the report is seen to give back what went in.

Of the real thing it has these figures alone: 14,000 messages at the start of 2012 and 240,000 at the end of 2014, 428
municipalities of which 422 exchange messages with GPs, hospitals or both (Norsk Helsenett on KomUT, January 2015), and how
many municipalities each county had. The source does not say over which time the 14,000 and the 240,000 were counted; here
each is a month. Municipalities are numbered, not named; hospitals, GP offices and everything else is invented.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from akson.store.adoption import LOADED, Party

COUNTIES = {
    "Østfold": 18, "Akershus": 22, "Oslo": 1, "Hedmark": 22, "Oppland": 26, "Buskerud": 21, "Vestfold": 14, "Telemark": 18,
    "Aust-Agder": 15, "Vest-Agder": 15, "Rogaland": 26, "Hordaland": 33, "Sogn og Fjordane": 26, "Møre og Romsdal": 36,
    "Sør-Trøndelag": 25, "Nord-Trøndelag": 23, "Nordland": 44, "Troms": 24, "Finnmark": 19,
}  # fmt: skip
"""Municipalities of each county in 2014; 428 together."""
FIRST, LAST = 14_000, 240_000
MONTHS = 36
NEVER, ONLY_TESTED = 4, 2
"""Of the 428 these six do not exchange messages."""
STOPPED_WITH_GPS = 9
COPIES_PERCENT, REPEATS_PERCENT = 3, 2
STREAMS = (
    ("hospital", False, "LOG_INNLAGT", 22, 3),
    ("hospital", True, "INNLEGGELSESRAPPORT", 18, 6),
    ("hospital", False, "LOG_UTSKRIVNINGSKLAR", 14, 4),
    ("hospital", False, "LOG_UTSKREVET", 20, 3),
    ("hospital", True, "DIALOG_FORESPORSEL", 4, 1),
    ("hospital", False, "DIALOG_SVAR", 4, 1),
    ("gp", True, "DIALOG_FORESPORSEL", 9, 1),
    ("gp", False, "DIALOG_SVAR", 7, 1),
    ("gp", False, "MEDISINSKE_OPPLYSNINGER", 2, 3),
)
"""Counterpart, whether the municipality sends, type, weight, fields that the profile demands."""


@dataclass(frozen=True, slots=True)
class Town:
    party: Party
    gp: Party
    hospital: Party
    size: float
    starts: int
    """Month from which it takes part; MONTHS: never."""
    gp_until: int
    tested: bool
    care: float
    """How much of what is demanded it fills."""


def towns(seed: int) -> list[Town]:
    """The country, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - made data, the same for a seed
    names = [(county, n) for county, many in COUNTIES.items() for n in range(1, many + 1)]
    order = list(range(len(names)))
    chance.shuffle(order)
    hospitals = {c: Party(f"3{n:05}", f"Sykehus i {c}", "hospital", c) for n, c in enumerate(COUNTIES, 1)}
    taking_part = len(names) - NEVER - ONLY_TESTED
    found = []
    for at, (county, n) in enumerate(names):
        place = order[at]
        early = place < 60
        starts = 0 if early else min(MONTHS - 4, 1 + int((MONTHS - 5) * chance.betavariate(2.2, 1.9)))
        if place >= taking_part:
            starts = MONTHS
        found.append(
            Town(
                Party(f"1{at + 1:05}", f"{county} {n:02}", "municipality", county),
                Party(f"2{at + 1:05}", f"Fastleger i {county} {n:02}", "gp", county),
                hospitals[county],
                chance.paretovariate(1.4),
                starts,
                MONTHS - 4 if 60 <= place < 60 + STOPPED_WITH_GPS and starts < MONTHS - 8 else MONTHS,
                taking_part <= place < taking_part + ONLY_TESTED,
                min(1.0, chance.betavariate(9, 1)),
            )
        )
    return found


def monthly(month: int, times: float = 1.0) -> int:
    """Messages of a month, counted once: from FIRST to LAST by the same rate each month."""
    return round(times * FIRST * (LAST / FIRST) ** (month / (MONTHS - 1)))


def messages(seed: int, country: list[Town], times: float = 1.0) -> Iterator[list[tuple[object, ...]]]:
    """Rows of adoption.message up to `answer_min`, one list for each month."""
    number = 0
    for month in range(MONTHS):
        chance = random.Random(f"{seed}|{month}")  # noqa: S311 - made data, the same for a seed
        rows: list[tuple[object, ...]] = []
        for town, stream, many in _shared(country, month, monthly(month, times)):
            for at in _times(chance, month, many):
                number += 1
                rows.append(_row(chance, town, stream, at, number, "first"))
                more = chance.random() * 100
                if more < COPIES_PERCENT + REPEATS_PERCENT:
                    number += 1
                    standing = "copy" if more < COPIES_PERCENT else "repeat"
                    rows.append(_row(chance, town, stream, at + timedelta(minutes=1), number, standing))
        yield rows


def _shared(country: list[Town], month: int, total: int) -> Iterator[tuple[Town, tuple, int]]:
    """Who sends how many: by size and how long it has taken part, and exactly `total` together."""
    weighed, given = [], 0
    for town in country:
        if town.tested and month in (20, 21):
            given += 1
            yield town, STREAMS[0], 1
        for stream in STREAMS:
            if month >= town.starts and (stream[0] != "gp" or month < town.gp_until):
                weighed.append((town.size * min(6, month - town.starts + 1) * stream[3], town, stream))
    # Whoever takes part sends something; the rest goes by weight.
    left = total - given - len(weighed)
    whole, carried = sum(w for w, _, _ in weighed), 0.0
    for weight, town, stream in weighed:
        carried += left * weight / whole
        many = int(carried + 1e-6)
        carried -= many
        yield town, stream, many + 1


def _times(chance: random.Random, month: int, many: int) -> Iterator[datetime]:
    year, first = 2012 + month // 12, month % 12 + 1
    start = datetime(year, first, 1, 6, tzinfo=UTC)
    days = (datetime(year + first // 12, first % 12 + 1, 1, 6, tzinfo=UTC) - start).days
    for _ in range(many):
        # Working hours, so that no message falls into the month beside by the clock of another zone.
        yield start + timedelta(minutes=int(chance.random() * days) * 1440 + int(chance.random() * 600))


def _row(
    chance: random.Random, town: Town, stream: tuple, at: datetime, number: int, standing: str
) -> tuple[object, ...]:
    counterpart, out, type, _, demanded = stream
    other = town.gp if counterpart == "gp" else town.hospital
    sender, receiver = (town.party.her, other.her) if out else (other.her, town.party.her)
    luck = chance.random()
    state = "confirmed" if luck < 0.975 else "refused" if luck < 0.985 else "failed"
    said = demanded if chance.random() < town.care else max(0, demanded - 1)
    receipt = None if state == "failed" else 1 + int(chance.expovariate(0.25))
    answer = 30 + int(chance.expovariate(1 / 900)) if type == "DIALOG_SVAR" else None
    return LOADED, number, at, sender, receiver, type, state, standing, demanded, said, receipt, answer
