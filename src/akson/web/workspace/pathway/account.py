"""The account of those on the board: tasks, visits of the day, beds and messages. What is open has an owner.

    await figure(found, letters, whole=False) -> Figure(words="0 uten eier", good=True, kinds=(("Oppgaver", …), …))

What adds up is `care.worklist.conservation`'s to say; the messages are counted by the post's own book.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from akson.care.fhir_json import Resource, concept_text
from akson.care.worklist import conservation
from akson.care.worklist.conservation import Count, Posted
from akson.web.shell.hospital import PatientStays
from akson.web.shell.letters import Letters
from akson.web.workspace.pathway.offers import promise_words
from akson.web.workspace.pathway.view import Figure, Sum

OPEN, DONE, CANCELLED, MOVED = "åpne", "gjort", "avlyst med grunn", "flyttet"
BROKEN, NOBODYS = "uten begrunnelse", "uten eier"
SUMS = (OPEN, DONE, CANCELLED, MOVED, BROKEN, NOBODYS)
ALWAYS = (OPEN, DONE, NOBODYS)
WRONG = (BROKEN, NOBODYS)
"""Listed by name wherever the account is shown."""

Row = tuple[str, str, str]


async def figure(found: Sequence[PatientStays], letters: Letters | None, *, whole: bool = False) -> Figure:
    """`whole`: each sum with what it counts; else those alone that somebody must look at."""
    hers = [_hers(one, whole) for one in found]
    tasks, task_sums = _summed([tasks for tasks, _ in hers])
    visits, visit_sums = _summed([visits for _, visits in hers])
    kept = tuple(_row(one, promise_words(hold)) for one in found for hold in one.holds)
    posted = await letters.accounted([m for one in found for m in one.messages]) if letters else None
    every = tasks + visits
    return Figure(
        words=conservation.words(every, posted),
        good=every.balances and not every.without_owner and _settled(posted),
        kinds=(
            ("Oppgaver", conservation.in_full(tasks), task_sums),
            ("Besøk i dag", conservation.in_full(visits), visit_sums),
            ("Plasser", f"{len(kept)} holdt", (Sum("holdt", len(kept), kept if whole else ()),)),
            *((("Meldinger", posted.words, (Sum(NOBODYS, posted.without_owner),)),) if posted else ()),
        ),
    )


def _settled(posted: Posted | None) -> bool:
    return posted is None or (posted.balances and not posted.without_owner)


@dataclass(frozen=True, slots=True)
class _Counted:
    count: Count
    numbers: Mapping[str, int]
    """By label; what is none is left out."""
    rows: Mapping[str, tuple[Row, ...]]
    """What is listed by name."""


@lru_cache(maxsize=1024)
def _hers(one: PatientStays, whole: bool) -> tuple[_Counted, _Counted]:
    """Tasks and visits of one patient. Kept, since she is the same object until something is heard or falls due."""
    return _counted(one, one.tasks, "Oppgave", whole), _counted(one, one.visits, "Besøk", whole)


def _counted(one: PatientStays, resources: Iterable[Resource], what: str, whole: bool) -> _Counted:
    """Each looked at once."""
    total, rows, numbers = conservation.Adding(), dict[str, list[Row]](), dict[str, int]()
    for resource in resources:
        if resource.get("status") == "entered-in-error":
            continue
        counted = conservation.one(resource)
        total.add(counted)
        for label in _labels(counted):
            numbers[label] = numbers.get(label, 0) + 1
            if whole or label in WRONG:
                words = concept_text(resource.get("code")) or str(resource.get("description") or "") or what
                rows.setdefault(label, []).append(_row(one, words))
    return _Counted(total.counted, numbers, {label: tuple(listed) for label, listed in rows.items()})


def _summed(parts: Sequence[_Counted]) -> tuple[Count, tuple[Sum, ...]]:
    total, numbers, rows = conservation.Adding(), dict.fromkeys(SUMS, 0), dict[str, list[Row]]()
    for part in parts:
        total.add(part.count)
        for label, number in part.numbers.items():
            numbers[label] += number
        for label, listed in part.rows.items():
            rows.setdefault(label, []).extend(listed)
    sums = (
        Sum(label, numbers[label], tuple(rows.get(label, ())))
        for label in SUMS
        if numbers[label] or label in ALWAYS
    )
    return total.counted, tuple(sums)


def _labels(one: Count) -> Iterable[str]:
    if one.open:
        yield OPEN
    elif one.done:
        yield DONE
    elif one.moved:
        yield MOVED
    else:
        yield CANCELLED if one.cancelled else BROKEN
    if one.without_owner:
        yield NOBODYS


def _row(one: PatientStays, what: str) -> Row:
    name = ((one.patient.get("name") or [{}])[0]) or {}
    called = ", ".join(p for p in (str(name.get("family") or ""), " ".join(name.get("given") or [])) if p)
    return f"/pasient/{one.id}/forlop", called or "Uten navn", what
