"""`holds`: whether a restriction is satisfied by facts. The same question the store answers in SQL, without the SQL.

Shares no code with the store. The last guard, the replay of past decisions and `decide` all ask here.
"""

from datetime import date, datetime
from typing import assert_never

from akson.access.decision import (
    AddressProtected,
    AgeBetween,
    AllOf,
    AnyOf,
    Barred,
    ConcernsPatient,
    Everything,
    Labelled,
    NoPatient,
    Not,
    Nothing,
    PatientIs,
    PatientRelation,
    Released,
    Represented,
    Restriction,
)
from akson.access.facts import Barrier, Facts


def holds(restriction: Restriction, facts: Facts) -> bool:
    """True when the resource that the facts describe satisfies the restriction. Total."""
    match restriction:
        case AllOf(parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts) for part in parts)
        case Not(part):
            return not holds(part, facts)
        case PatientRelation():
            return _related(restriction, facts)
        case Barred():
            return any(
                b.patient in facts.patients and _reaches(b, restriction, facts) for b in facts.barriers
            )
        case Represented():
            return _represented(restriction, facts)
        case AgeBetween(low, high, on):
            return _aged(low, high, on, facts)
        case PatientIs(patients):
            return bool(facts.patients) and all(patient in patients for patient in facts.patients)
        case ConcernsPatient(patients):
            return any(patient in patients for patient in facts.patients)
        case AddressProtected():
            return any(t.protected and t.patient in facts.patients for t in facts.traits)
        case Labelled(labels):
            return any(label in labels for label in facts.labels)
        case Released(at):
            return facts.released is None or facts.released <= at
        case NoPatient():
            return not facts.patients
        case Everything():
            return True
        case Nothing():
            return False
        case unknown:
            assert_never(unknown)


def _related(asked: PatientRelation, facts: Facts) -> bool:
    related = {
        row.patient
        for row in facts.relations
        if row.kind in asked.kinds
        and row.grantee in asked.grantees
        and _valid(row.valid_from, row.valid_to, asked.at)
    }
    return bool(facts.patients) and related.issuperset(facts.patients)


def _represented(asked: Represented, facts: Facts) -> bool:
    represented = {
        row.patient
        for row in facts.representations
        if row.basis in asked.bases
        and row.representative in asked.representatives
        and (row.shares_address or not asked.shares_address)
        and (not row.categories or _named(row.categories, asked.category, facts))
        and _valid(row.valid_from, row.valid_to, asked.at)
    }
    return bool(facts.patients) and represented.issuperset(facts.patients)


def _aged(low: int, high: int, on: date, facts: Facts) -> bool:
    aged = {
        trait.patient
        for trait in facts.traits
        if trait.birth_date is not None and low <= age(trait.birth_date, on) < high
    }
    return bool(facts.patients) and aged.issuperset(facts.patients)


def age(born: date, on: date) -> int:
    """Whole years; below 0 before birth. Who is born on 29 February grows older on 1 March in a common year."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


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
