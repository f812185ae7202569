"""What a hostile partner answers and brings: another's word, a plan of its own, more than a plan holds."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from akson.fhir.problem import Problem
from akson.sharing.plan import editing, entries, exchange
from akson.sharing.plan.editing import By
from akson.sharing.plan.exchange import believed, let_in
from akson.sharing.plan.joining import SharedPlan, joined
from akson.sharing.plan.operation import CENTRAL, CITIZEN, CONTENT, FEDERATED, Author, Kind, Operation

HOME, HOSPITAL, GP, STRANGER = "999977774", "100100673", "200200676", "300300679"
NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
TAKE = {"text": "Warfarin 50 mg", "dose": "10 tabletter"}


def by(party: str, via: str = "") -> By:
    return By(Author("x", "Noen", "doctor", party, party), via or party, NOW, str(uuid.uuid4()))


def standing(mode: str = FEDERATED) -> list[Operation]:
    """HOME founded it; hospital and GP take part with all of its content."""
    held = [editing.founded("per", mode, by(HOME))]
    for party in (HOSPITAL, GP):
        held.append(editing.invited(joined(held), party, party, CONTENT, None, "", by(HOME)))
    return held


def plan(mode: str = FEDERATED) -> SharedPlan:
    return joined(standing(mode))


def medicine(party: str, via: str = "") -> Operation:
    return editing.edited(plan(), "medicine-1", Kind.MEDICINE, TAKE, by(party, via))


@pytest.mark.parametrize("mode", (FEDERATED, CENTRAL))
def test_a_partner_who_is_asked_speaks_for_itself_alone(mode: str) -> None:
    held = standing(mode)
    own = medicine(GP)
    forged = [
        medicine(HOSPITAL),
        medicine(HOSPITAL, GP),
        medicine(HOME),
        medicine(HOME, GP),
        editing.founded("per", CENTRAL, by(GP)),
        editing.invited(plan(), STRANGER, "Fremmed", CONTENT, None, "", by(HOME)),
        editing.edited(plan(), "", Kind.STATUS, {"day": "2026-11-27", "colour": "green"}, by(CITIZEN, GP)),
    ]
    assert believed(held, [own, *forged], GP, HOSPITAL) == (own,)
    assert believed(held, [own, *forged], GP, HOME) == (own,)


def test_whoever_steers_tells_what_others_wrote_and_nothing_through_itself_as_ours() -> None:
    held, theirs = standing(), medicine(GP)
    status = editing.edited(
        plan(), "", Kind.STATUS, {"day": "2026-11-27", "colour": "green"}, by(CITIZEN, HOME)
    )
    assert believed(held, [theirs, status], HOME, HOSPITAL) == (theirs, status)
    assert believed(held, [medicine(HOSPITAL, HOME)], HOME, HOSPITAL) == ()
    assert believed([], [*held, theirs], HOME, HOSPITAL) == (*held, theirs), "one who knows nothing yet"
    assert believed([], held, GP, HOSPITAL) == (), "a plan is heard of from who steers it"


def test_a_second_steward_brings_nothing_as_the_first() -> None:
    second = editing.founded("per", FEDERATED, by(HOSPITAL))
    held = [*standing(), second]
    forged = [medicine(HOME, HOSPITAL), medicine(GP, HOSPITAL)]
    _, refused = let_in(held, forged, HOSPITAL, HOME, NOW + timedelta(minutes=1))
    assert refused == [forged[0].id], "a guest may write through a steward, a steward through none"


def test_nobody_fills_a_plan_until_it_cannot_be_read_or_she_be_taken_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exchange, "FROM_ONE_MAX", 5)
    held = standing()
    flood = [editing.edited(plan(), f"comment-{n}", Kind.COMMENT, {"text": "."}, by(GP)) for n in range(9)]
    taken, refused = let_in(held, flood, GP, HOME, NOW + timedelta(minutes=1))
    assert (len(taken), len(refused)) == (5, 4)
    assert len(believed(held, flood, GP, HOME)) == 5
    after = [*held, *taken]
    out = editing.withdrawn(joined(after), after, GP, by(HOME))
    assert let_in(after, [out], HOME, HOSPITAL, NOW + timedelta(minutes=1))[1] == []


def test_the_room_for_taking_somebody_out_lies_below_what_can_be_read() -> None:
    from akson.sharing.plan.keeping import OPERATIONS_MAX
    from akson.sharing.plan.operation import KNOWN_MAX

    assert exchange.FROM_ALL_MAX + exchange.STEERING_MORE < OPERATIONS_MAX
    assert exchange.FROM_ONE_MAX < KNOWN_MAX


def whole(**more: object) -> str:
    said = {
        "id": str(uuid.uuid4()),
        "plan": "per",
        "line": "comment-1",
        "kind": "comment",
        "base": [],
        "content": {"text": "Hei"},
        "author": ["x", "Noen", "doctor", GP, "Legesenteret"],
        "via": GP,
        "at": NOW.isoformat(),
    }
    return json.dumps({**said, **more})


def basic(text: str) -> dict[str, object]:
    return {"resourceType": "Basic", "extension": [{"url": entries.WHOLE, "valueString": text}]}


HOSTILE = {
    "nested": "[" * 200_000,
    "large": whole(content={"text": "Hei", "more": "x" * 200_000}),
    "deep": whole().replace('{"text": "Hei"}', '{"text": "Hei", "a": ' + "[" * 990 + "]" * 990 + "}"),
    "half a character": whole(content={"text": "\ud800"}),
    "null character": whole(content={"text": "a\0b"}),
    "name": whole(author=["x", "N" * 100_000, "doctor", GP, "Legesenteret"]),
    "half a name": whole(author=["x", "\ud800", "doctor", GP, "Legesenteret"]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_answer_that_would_break_the_page_is_one_that_cannot_be_read(name: str) -> None:
    assert entries.read(basic(whole())).content == {"text": "Hei"}
    answer = {"parameter": [{"name": "operation", "resource": basic(HOSTILE[name])}]}
    with pytest.raises(Problem):
        exchange.read_told(answer)


@pytest.mark.parametrize("body", ([], "x", {"parameter": [1]}, {"parameter": 7}, {"parameter": [[]]}))
def test_an_answer_of_another_shape_is_a_problem_and_no_crash(body: Any) -> None:
    with pytest.raises(Problem):
        exchange.read_told(body)
