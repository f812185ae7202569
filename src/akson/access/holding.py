"""`holds`: whether a restriction is satisfied by facts. The same question the store answers in SQL, without the SQL.

Shares no code with the store. The last guard, the replay of past decisions and `decide` all ask here. Who asks the same
restriction of many resources makes its `predicate` once.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import assert_never

from akson.access.decision import (
    AddressProtected,
    AgeBetween,
    AllOf,
    AnyOf,
    Barred,
    ConcernsPatient,
    DraftOfAnother,
    Everything,
    Labelled,
    Matching,
    NoPatient,
    Not,
    Nothing,
    PatientIs,
    PatientRelation,
    Released,
    Represented,
    Restriction,
)
from akson.access.facts import DRAFT_OF, Barrier, Facts

Predicate = Callable[[Facts], bool]


def holds(restriction: Restriction, facts: Facts) -> bool:
    """True when the resource that the facts describe satisfies the restriction. Total."""
    return predicate(restriction)(facts)


def predicate(restriction: Restriction) -> Predicate:
    """The restriction as a function of facts."""
    match restriction:
        case AllOf(parts):
            return _all([predicate(part) for part in parts])
        case AnyOf(parts):
            return _any([predicate(part) for part in parts])
        case Not(part):
            return _not(predicate(part))
        case PatientRelation():
            return _related(restriction)
        case Barred():
            return _barred(restriction)
        case Represented():
            return _represented(restriction)
        case AgeBetween(low, high, on):
            return _aged(low, high, on)
        case PatientIs(patients):
            own = frozenset(patients)
            return lambda facts: bool(facts.patients) and own.issuperset(facts.patients)
        case ConcernsPatient(patients):
            some = frozenset(patients)
            return lambda facts: not some.isdisjoint(facts.patients)
        case AddressProtected():
            return lambda facts: any(t.protected and t.patient in facts.patients for t in facts.traits)
        case Labelled(labels):
            named = frozenset(labels)
            return lambda facts: not named.isdisjoint(facts.labels)
        case Released(at):
            return lambda facts: facts.released is None or facts.released <= at
        case DraftOfAnother(persons):
            own = frozenset(persons)
            return lambda facts: any(
                label.startswith(DRAFT_OF) and label.removeprefix(DRAFT_OF) not in own
                for label in facts.labels
            )
        case Matching(_, query):
            return lambda facts: query in facts.matches
        case NoPatient():
            return lambda facts: not facts.patients
        case Everything():
            return lambda facts: True
        case Nothing():
            return lambda facts: False
        case unknown:
            assert_never(unknown)


def _all(parts: list[Predicate]) -> Predicate:
    def judge(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - twice as fast as all()
            if not part(facts):
                return False
        return True

    return judge


def _any(parts: list[Predicate]) -> Predicate:
    def judge(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - twice as fast as any()
            if part(facts):
                return True
        return False

    return judge


def _not(part: Predicate) -> Predicate:
    return lambda facts: not part(facts)


def _every(facts: Facts, found: Iterable[str]) -> bool:
    """There is a patient, and none of them is missing among those found."""
    return bool(facts.patients) and set(found).issuperset(facts.patients)


def _related(asked: PatientRelation) -> Predicate:
    grantees, kinds, at = frozenset(asked.grantees), frozenset(asked.kinds), asked.at

    def judge(facts: Facts) -> bool:
        related = [
            row.patient
            for row in facts.relations
            if row.grantee in grantees and row.kind in kinds and _valid(row.valid_from, row.valid_to, at)
        ]
        return bool(related) and _every(facts, related)

    return judge


def _represented(asked: Represented) -> Predicate:
    def judge(facts: Facts) -> bool:
        represented = [
            row.patient
            for row in facts.representations
            if row.basis in asked.bases
            and row.representative in asked.representatives
            and (row.shares_address or not asked.shares_address)
            and (not row.categories or _named(row.categories, asked.category, facts))
            and _valid(row.valid_from, row.valid_to, asked.at)
        ]
        return _every(facts, represented)

    return judge


def _aged(low: int, high: int, on: date) -> Predicate:
    def judge(facts: Facts) -> bool:
        aged = [
            trait.patient
            for trait in facts.traits
            if trait.birth_date is not None and low <= age(trait.birth_date, on) < high
        ]
        return _every(facts, aged)

    return judge


def age(born: date, on: date) -> int:
    """Whole years; below 0 before birth. Who is born on 29 February grows older on 1 March in a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _barred(asked: Barred) -> Predicate:
    def judge(facts: Facts) -> bool:
        for barrier in facts.barriers:  # noqa: SIM110 - most have none, and a generator costs more than that
            if barrier.patient in facts.patients and _reaches(barrier, asked, facts):
                return True
        return False

    return judge


def _reaches(barrier: Barrier, asked: Barred, facts: Facts) -> bool:
    return (
        barrier.kind == asked.kind
        and _valid(barrier.valid_from, barrier.valid_to, asked.at)
        and _meant(barrier.persons, barrier.persons_except, asked.persons)
        and _meant(barrier.roles, barrier.roles_except, (asked.role,))
        and _meant(barrier.enterprises, barrier.enterprises_except, asked.enterprises)
        and (
            not barrier.categories
            or _named(barrier.categories, asked.category, facts) != barrier.categories_except
        )
    )


def _meant(stated: tuple[str, ...], others: bool, asked: tuple[str, ...]) -> bool:
    """A dimension that is not stated means everyone; `others` turns the list into all but those listed."""
    return not stated or any(name in stated for name in asked) != others


def _named(categories: tuple[str, ...], category: str, facts: Facts) -> bool:
    return category in categories or any(label in categories for label in facts.labels)


def _valid(valid_from: datetime | None, valid_to: datetime | None, at: datetime) -> bool:
    return (valid_from is None or valid_from <= at) and (valid_to is None or at < valid_to)
