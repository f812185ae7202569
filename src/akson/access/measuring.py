"""How long a decision takes: for `akson bench`. Pure; the clock is passed in.

measured(time.perf_counter_ns) -> Measured(page_us=2.9, fresh_us=24.0)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.decision import Question
from akson.access.facts import Barrier, Facts, Relation, Traits
from akson.access.policies import current
from akson.access.policy import decide, rulings

PAGE = 50
"""Resources judged under one question, as on a page of answers."""
_NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
_UNIT = "Organization/hjemmetjenesten-ost"
_NURSE = Actor(
    ActorKind.PRACTITIONER,
    "ida",
    "Ida Nilsen",
    1,
    role="nurse",
    reference="Practitioner/ida",
    organisations=(_UNIT,),
    unit_name="Hjemmetjenesten Øst",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Microseconds, the best of the rounds, with all reasons made."""

    page_us: float
    """Each decision on a page: one question, many resources."""
    fresh_us: float
    """The first decision of a question that was never asked before."""


def measured(clock_ns: Callable[[], int], *, rounds: int = 200) -> Measured:
    """Asks `rounds` pages of a nurse's question about patients with relations and closed parts."""
    rulings.cache_clear()
    page = [_facts(number) for number in range(PAGE)]
    pages, firsts = [], []
    for number in range(rounds):
        question = Question("read", "Observation", _NOW + timedelta(seconds=number))
        begun = clock_ns()
        decide(page[0], _NURSE, PurposeOfUse.TREATMENT, question, current())
        asked = clock_ns()
        for facts in page:
            decide(facts, _NURSE, PurposeOfUse.TREATMENT, question, current())
        ended = clock_ns()
        firsts.append(asked - begun)
        pages.append(ended - asked)
    return Measured(min(pages) / PAGE / 1_000, min(firsts) / 1_000)


def _facts(number: int) -> Facts:
    """Every fifth has closed something; every second is related by a person and a unit."""
    patient = f"p{number}"
    since = _NOW - timedelta(90)
    return Facts(
        (patient,),
        (
            Relation(patient, "Practitioner/siri", "care-team", since),
            Relation(patient, _UNIT, "service-decision", since),
            *((Relation(patient, "Practitioner/ida", "visit", since),) if number % 2 else ()),
        ),
        (Barrier(patient, "block", persons=("Practitioner/omar",)),) if number % 5 == 0 else (),
        traits=(Traits(patient, date(1942, 3, 5)),),
        labels=("N",),
    )
