"""Days the municipality pays for: a patient who is ready, told of, and has nowhere to go. Rules L1-L14: README.md.

    liability(events, now) -> Account(days=(Day(2024-03-01, "no-answer", 5745), …), kroner=11490, doubts=("…",))

Source: FOR-2011-11-18-1115 §§ 8-13; Helse- og omsorgsdepartementet's two letters of 2012 on § 13 (README.md).
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files

from akson.care.pathway import said, times
from akson.care.pathway.events import as_known
from akson.care.pathway.said import Said, StayEvents, local_day
from akson.care.pathway.stay import ended

NO_ANSWER, CANNOT, NOT_CONFIRMED, UNREADABLE, BEFORE_PROMISE = (
    "no-answer",
    "cannot",
    "answer-not-confirmed",
    "answer-unreadable",
    "promised-later",
)
WHY = {
    NO_ANSWER: "Kommunen hadde ikke svart.",
    CANNOT: "Kommunen kunne ikke ta imot.",
    NOT_CONFIRMED: "Kommunens svar var ikke bekreftet av sykehuset.",
    UNREADABLE: "Kommunens svar er skrevet med egne ord: en person må avgjøre.",
    BEFORE_PROMISE: "Kommunen kunne ta imot først en senere dag.",
}
DAYS_MAX = 3660
"""Of one stay: ten years. More is a fault in the data."""


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    why: str
    """Key of WHY."""
    kroner: int | None
    """None: no price is known for the year."""


@dataclass(frozen=True, slots=True)
class Account:
    encounter: str
    days: tuple[Day, ...]
    doubts: tuple[str, ...]
    """Bokmål: what a person must weigh, which is never decided here."""
    source: str

    @property
    def count(self) -> int:
        return len(self.days)

    @property
    def kroner(self) -> int | None:
        """None when the price of one of the days is not known."""
        prices = [d.kroner for d in self.days]
        return None if None in prices else sum(p for p in prices if p is not None)


@dataclass(frozen=True, slots=True)
class TimeCode:
    """A moment as NPR counts it: 1 told of admission, 2 ready, 3 told ready, 4 withdrawn, 6 cannot, 7 can receive."""

    code: int
    at: datetime
    message: str


def liability(events: StayEvents, now: datetime) -> Account:
    """Of one stay by itself."""
    known = as_known(events, now)
    prices, source = _prices()
    charged = [Day(day, why, prices.get(day.year)) for day, why in _charged(known, now)]
    return Account(known.encounter, tuple(charged), tuple(_doubts(known, charged)), source)


def accounts(stays: Sequence[StayEvents], now: datetime) -> list[Account]:
    """Of all stays of one patient: a day is paid once, to the stay that began last (L12)."""
    found = [liability(s, now) for s in stays]
    order = sorted(range(len(found)), key=lambda n: (_began(stays[n]), stays[n].encounter), reverse=True)
    taken = set[date]()
    for n in order:
        account = found[n]
        twice = [d.day for d in account.days if d.day in taken]
        if twice:
            days = tuple(d for d in account.days if d.day not in taken)
            told = ", ".join(f"{d:%d.%m.%Y}" for d in twice)
            doubt = f"Pasienten er meldt klar ved to sykehus: {told} er regnet ved det andre."
            found[n] = Account(account.encounter, days, (*account.doubts, doubt), account.source)
        taken |= {d.day for d in account.days}
    return found


def time_codes(events: StayEvents) -> list[TimeCode]:
    """The evidence for the hospital's economist, by time."""
    codes = list[TimeCode]()
    for one in events.said:
        if one.kind == said.ADMITTED and (told := _notified(one)):
            codes.append(TimeCode(1, told, one.message))
        elif one.kind == said.READY:
            codes.append(TimeCode(2, one.moment, one.message))
            if told := _notified(one):
                codes.append(TimeCode(3, told, one.message))
        elif one.kind == said.WITHDRAWN:
            codes.append(TimeCode(4, one.moment, one.message))
        elif one.kind == said.ANSWER and one.answer is not None and one.answer.can is not None:
            codes.append(TimeCode(7 if one.answer.can else 6, one.told, one.message))
    return sorted(codes, key=lambda c: (c.at, c.code))


def _charged(events: StayEvents, now: datetime) -> Iterable[tuple[date, str]]:
    """Each day at whose closing midnight she lay there, ready, told of, and had nowhere to go (L1)."""
    gone = ended(events)
    answers = events.of(said.ANSWER)
    seen = set[date]()
    for declared, withdrawn in _cycles(events):
        told = [(one.moment, at) for one in declared if (at := _notified(one))]
        if not told:
            continue
        end = min(m for m in (gone, withdrawn.moment if withdrawn else None, now) if m is not None)
        about = {one.message for one in declared}
        own = [a for a in answers if _answers(a, about, events.of(said.READY))]
        day = min(max(local_day(ready), local_day(at)) for ready, at in told)
        for _ in range(DAYS_MAX):
            midnight = times.end_of_day(day)
            if midnight > end:
                break
            why = _nowhere(own, day, midnight)
            if why and day not in seen:
                seen.add(day)
                yield day, why
            day += timedelta(days=1)


def _cycles(events: StayEvents) -> Iterable[tuple[list[Said], Said | None]]:
    """Declarations until the withdrawal that ends them; one declared again before it goes on (L9)."""
    open = list[Said]()
    for one in events.of(said.READY, said.WITHDRAWN):
        if one.kind == said.READY:
            open.append(one)
        elif open:
            yield open, one
            open = []
    if open:
        yield open, None


def _nowhere(answers: Sequence[Said], day: date, midnight: datetime) -> str:
    """Why the municipality had no place that day; "" when it had."""
    given = [a for a in answers if a.told < midnight]
    heard = [a for a in given if a.receipt is not None and a.receipt.state == said.CONFIRMED]
    if not heard:
        return NOT_CONFIRMED if given else NO_ANSWER
    last = heard[-1].answer
    if last is None or last.can is None:
        return UNREADABLE
    if not last.can:
        return CANNOT
    return BEFORE_PROMISE if last.day is not None and last.day > day else ""


def _answers(answer: Said, about: set[str], declared: Sequence[Said]) -> bool:
    """Whether it is about these declarations: it says so, or it came while one of them was the last."""
    if answer.answers in {d.message for d in declared}:
        return answer.answers in about
    before = [d for d in declared if d.told <= answer.told]
    return bool(before) and before[-1].message in about


def _notified(one: Said) -> datetime | None:
    """When the hospital had our positive receipt; of a change, of what it replaces (L2, L9)."""
    receipt = one.receipt
    if receipt is None or receipt.state != said.CONFIRMED:
        return None
    first = one.first_receipt
    if first is not None and first.state == said.CONFIRMED and first.at is not None:
        return first.at
    return receipt.at or one.told


def _doubts(events: StayEvents, charged: Sequence[Day]) -> Iterable[str]:
    for one in events.of(said.READY):
        if _notified(one) is None:
            state = one.receipt.state if one.receipt else said.WAITING
            how = "avvist" if state == said.REFUSED else "ikke bekreftet"
            yield f"Meldingen om utskrivningsklar pasient {times.words(one.told)} er {how}: ingen døgn er regnet av den."
    if not charged:
        return
    if not events.of(said.EARLY_NOTICE, said.UPDATE):
        yield "Tidlig varsel etter § 8 er ikke kommet: om vilkårene i §§ 8–10 er oppfylt, må en person avgjøre."
    if events.of(said.DISCHARGED) and not events.of(said.LETTER, said.DISCHARGE_REPORT):
        yield "Verken epikrise eller utskrivningsrapport er kommet (§ 12): kan være grunn til innsigelse."
    if any(d.why == UNREADABLE for d in charged):
        yield WHY[UNREADABLE]
    if any(d.why == NOT_CONFIRMED for d in charged):
        yield "Et svar er sendt, men ikke bekreftet av sykehuset: døgnene regnes til det er."
    if years := sorted({d.day.year for d in charged if d.kroner is None}):
        yield f"Døgnprisen for {', '.join(map(str, years))} er ikke kjent."


def _began(events: StayEvents) -> float:
    moments = [s.moment for s in events.of(said.ADMITTED)] or ([events.start] if events.start else [])
    return moments[-1].timestamp() if moments and moments[-1] else 0.0


@cache
def _prices() -> tuple[dict[int, int], str]:
    told = tomllib.loads(files("akson.care.pathway").joinpath("prices.toml").read_text("utf-8"))
    return {int(year): int(price) for year, price in told["price"].items()}, str(told["source"])
