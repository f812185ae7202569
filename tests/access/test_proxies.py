"""Who represents a child: every age from 0 to 18, every day around a birthday, address and protection (reliability S-14).

Source: pasient- og brukerrettighetsloven §§ 3-3, 3-4, 5-1; 7611; helsenorge.no on representing children.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.decision import Question
from akson.access.facts import Facts, Representation, Traits
from akson.access.policies import current
from akson.access.policy import decide

POLICY = current()
BORN = date(2010, 5, 20)
MARIT = Actor(
    ActorKind.PROXY, "marit", "Marit", 1, reference="RelatedPerson/marit", on_behalf_of=("Patient/per",)
)
PER = Actor(ActorKind.CITIZEN, "per", "Per", 1, reference="Patient/per")
TYPES = {
    "Patient": "demographic",
    "Appointment": "service",
    "Communication": "message",
    "Immunization": "clinical",
}
YEAR = timedelta(365.25)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def asks(
    facts: Facts, type: str, at: datetime, *, actor: Actor = MARIT, action: str = "read", policy=POLICY
) -> bool:
    return decide(facts, actor, PurposeOfUse.PATIENT_REQUEST, Question(action, type, at), policy).permit


def represented(basis: str, *, born: date | None = BORN, protected: bool = False, **change) -> Facts:
    row = Representation("per", "RelatedPerson/marit", basis, shares_address=True)
    return Facts(
        ("per",), representations=(replace(row, **change),), traits=(Traits("per", born, protected),)
    )


def seen_by_parent(age: int, shares: bool, protected: bool, data_class: str) -> bool:
    """The table of the law, on its own."""
    if protected or not shares or age < 0 or age >= 16:
        return False
    return age < 12 or data_class in ("demographic", "service")


DAYS = [
    date(BORN.year + years, 5, 20) + timedelta(days) for years in range(20) for days in (-1, 0, 1, 100, 200)
]


@pytest.mark.parametrize(("shares", "protected"), list(product((True, False), repeat=2)))
def test_parents_from_birth_to_eighteen(shares: bool, protected: bool) -> None:
    facts = represented("parental", protected=protected, shares_address=shares)
    for day, (type, data_class), action in product(DAYS, TYPES.items(), ("read", "search", "history", "log")):
        had = day >= BORN
        age = day.year - BORN.year - ((day.month, day.day) < (5, 20)) if had else -1
        expected = seen_by_parent(age, shares, protected, "log" if action == "log" else data_class)
        assert asks(facts, type, noon(day), action=action) == expected, (day, type, age)


@pytest.mark.parametrize("basis", ["power-of-attorney", "guardian"])
@pytest.mark.parametrize("protected", [False, True])
def test_others_from_birth_to_eighteen(basis: str, protected: bool) -> None:
    """A power of attorney is given by who is 16; address and protection do not matter to it, nor to a guardian."""
    facts = represented(basis, protected=protected, shares_address=False)
    for day, type in product(DAYS, TYPES):
        age = day.year - BORN.year - ((day.month, day.day) < (5, 20))
        assert asks(facts, type, noon(day)) == (age >= (16 if basis == "power-of-attorney" else 0)), (
            day,
            type,
        )


def test_the_view_narrows_at_midnight_in_norway() -> None:
    """21:59 and 22:00 UTC in May are the last and the first minute of a Norwegian day."""
    facts = represented("parental")
    assert asks(facts, "Immunization", datetime(2022, 5, 19, 21, 59, tzinfo=UTC))
    assert not asks(facts, "Immunization", datetime(2022, 5, 19, 22, 0, tzinfo=UTC))
    assert asks(facts, "Patient", datetime(2026, 5, 19, 21, 59, tzinfo=UTC))
    assert not asks(facts, "Patient", datetime(2026, 5, 19, 22, 0, tzinfo=UTC))


def test_born_on_the_29th_of_february() -> None:
    facts = represented("parental", born=date(2012, 2, 29))
    assert asks(facts, "Immunization", noon(date(2024, 2, 28)))
    assert not asks(facts, "Immunization", noon(date(2024, 2, 29)))
    assert asks(facts, "Patient", noon(date(2028, 2, 28)))
    assert not asks(facts, "Patient", noon(date(2028, 2, 29)))


def test_who_has_no_known_date_of_birth_is_represented_by_nobody() -> None:
    for basis in ("parental", "power-of-attorney", "guardian"):
        assert not asks(represented(basis, born=None), "Patient", noon(date(2018, 1, 1)))


def test_a_right_begins_and_ends_to_the_moment() -> None:
    start, end = noon(date(2027, 1, 1)), noon(date(2027, 2, 1))
    facts = represented("power-of-attorney", valid_from=start, valid_to=end)
    moment = timedelta(microseconds=1)
    at = [start - moment, start, end - moment, end]
    assert [asks(facts, "Observation", t) for t in at] == [False, True, True, False]


@pytest.mark.parametrize(
    ("categories", "labels", "expected"),
    [
        ((), (), {"Patient", "Appointment", "Communication", "Immunization"}),
        (("service",), (), {"Appointment"}),
        (("service", "demographic"), (), {"Appointment", "Patient"}),
        (("dental",), (), set()),
        (("dental",), ("dental",), {"Patient", "Appointment", "Communication", "Immunization"}),
        (("dental", "message"), ("other",), {"Communication"}),
    ],
)
def test_a_power_of_attorney_in_part(
    categories: tuple[str, ...], labels: tuple[str, ...], expected: set[str]
) -> None:
    facts = replace(represented("power-of-attorney", categories=categories), labels=labels)
    assert {type for type in TYPES if asks(facts, type, noon(date(2027, 1, 1)))} == expected


def test_who_has_seen_tells_of_all_that_was_seen() -> None:
    """So a power of attorney in part opens it only when it says so."""
    for categories, expected in (((), True), (("clinical", "demographic"), False), (("log",), True)):
        facts = represented("power-of-attorney", categories=categories)
        assert asks(facts, "Patient", noon(date(2027, 1, 1)), action="log") is expected


def test_the_login_narrows_and_never_opens() -> None:
    at = noon(date(2027, 1, 1))
    facts = represented("power-of-attorney")
    assert asks(facts, "Observation", at)
    for chosen in ((), ("Patient/kari",), ("per",)):
        assert not asks(facts, "Observation", at, actor=replace(MARIT, on_behalf_of=chosen))
    assert not asks(Facts(("per",), traits=facts.traits), "Observation", at)
    assert not asks(facts, "Observation", at, actor=replace(MARIT, reference="RelatedPerson/other"))
    assert not asks(facts, "Observation", at, actor=replace(MARIT, reference=""))


def test_every_patient_of_a_resource_must_be_represented() -> None:
    at = noon(date(2018, 1, 1))
    one = represented("parental")
    sibling = Representation("kari", "RelatedPerson/marit", "parental", shares_address=True)
    both = replace(
        one,
        patients=("per", "kari"),
        representations=(*one.representations, sibling),
        traits=(*one.traits, Traits("kari", date(2012, 1, 1))),
    )
    marit = replace(MARIT, on_behalf_of=("Patient/per", "Patient/kari"))
    assert asks(both, "Immunization", at, actor=marit)
    assert not asks(replace(both, representations=one.representations), "Immunization", at, actor=marit)
    assert not asks(both, "Immunization", at)


def test_representatives_write_nothing() -> None:
    for action in ("create", "update", "delete", "identify", "erase"):
        assert not asks(represented("guardian"), "Patient", noon(date(2027, 1, 1)), action=action)


@pytest.mark.parametrize(
    ("label", "age", "child", "parent"),
    [
        ("N", 10, True, True),
        ("NORN_FORANS", 10, True, False),
        ("NORN_FORANS", 14, True, False),
        ("NORN_UNGDOM", 14, False, True),
        ("NORN_UNGDOM", 15, False, True),
        ("NORN_UNGDOM", 16, True, False),
        ("NORN_KUT", 10, False, False),
        ("NORN_DUP", 17, False, False),
    ],
)
def test_what_is_withheld_from_whom(label: str, age: int, child: bool, parent: bool) -> None:
    """9603: NORN_FORANS is seen by the child alone, NORN_UNGDOM by the parents alone, the rest by neither."""
    facts = replace(represented("parental"), labels=(label,))
    at = noon(date(BORN.year + age, 6, 1))
    assert asks(facts, "Appointment", at, actor=PER) == child
    assert asks(facts, "Appointment", at) == parent


def test_what_is_withheld_from_youth_is_withheld_where_the_age_is_unknown() -> None:
    facts = Facts(("per",), traits=(Traits("per", None),), labels=("NORN_UNGDOM",))
    assert not asks(facts, "Observation", noon(date(2027, 1, 1)), actor=PER)
    assert not asks(replace(facts, traits=()), "Observation", noon(date(2027, 1, 1)), actor=PER)


def test_a_delayed_result_appears_at_the_exact_time() -> None:
    release = noon(date(2027, 1, 1))
    facts = replace(represented("power-of-attorney"), released=release, labels=("NORU",))
    for actor in (PER, MARIT):
        shown = [
            asks(facts, "Observation", release + timedelta(microseconds=t), actor=actor) for t in (-1, 0, 1)
        ]
        assert shown == [False, True, True]
