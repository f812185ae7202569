"""«Omplanlegging»: somebody is away, a proposal comes, it is accepted; and nothing is written by halves."""

import html
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from akson import web
from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.care.casework.decision import WEEKDAYS
from akson.care.casework.rows import NORWAY, VISIT, category, stamp
from akson.care.replanning import proposal, rows
from akson.care.replanning.day import Day
from akson.fhir.search.parsing import parse
from akson.web.shell.house import NodeName
from tests.web.conftest import Rooms


class At:
    """A clock that stands: 06:50 on a day the demo has no visits on."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return 0.0


ON = (datetime.now(NORWAY) + timedelta(days=40)).date()
MORNING = datetime.combine(ON, datetime.min.time(), NORWAY).replace(hour=6, minute=50)
MADE_BY = {"v1": "aisha-karim", "v2": "jon-lie", "v3": "jon-lie", "v4": "ida"}


def _visit(id: str, clock: str, by: str, on: date = ON, **more: Any) -> dict[str, Any]:
    hour, minute = map(int, clock.split(":"))
    start = datetime.combine(on, datetime.min.time(), NORWAY).replace(hour=hour, minute=minute)
    return {
        "resourceType": "Appointment",
        "id": f"replan-{id}",
        "status": "booked",
        "serviceCategory": [category(VISIT)],
        "description": "Tilsyn og legemidler",
        "start": stamp(start),
        "end": stamp(start + timedelta(minutes=30)),
        "participant": [
            {"actor": {"reference": "Patient/astrid"}, "status": "accepted"},
            {"actor": {"reference": f"Practitioner/{by}"}, "status": "accepted"},
        ],
        **more,
    }


def _page(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text.split("<main", 1)[-1])).split())


def _hidden(text: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="{action}"[^>]*>(.*?)</form>', text, re.S)
    assert form is not None, f"no form to {action}"
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[1])
    return {name: html.unescape(value) for name, value in found}


async def _solve(day: Day) -> proposal.Proposal:
    return proposal.propose(day, seconds=0.3)


@pytest.fixture
async def app(rooms: Rooms) -> Starlette:
    nurse = [{"type": [{"coding": [{"system": rows.PROFESSIONS, "code": "SP"}]}]}]
    blood = _visit("v4", "09:00", "ida")
    blood["participant"][1] |= nurse[0]
    await rooms.put(
        _visit("v1", "08:00", "aisha-karim"),
        _visit("v2", "08:00", "jon-lie"),
        _visit("v3", "10:00", "jon-lie"),
        blood,
        _visit("met", "10:00", "ida", on=ON - timedelta(days=2), status="fulfilled"),
    )
    return web.build(
        rooms.record,
        sessions=rooms.sessions,
        clock=At(MORNING.astimezone(UTC)),
        node=NodeName("Storvik kommune"),
        login=None,
        replans=_solve,
    )


async def _staff(rooms: Rooms) -> dict[str, set[str]]:
    query = parse("Appointment", [("_id", ",".join(f"replan-{id}" for id in MADE_BY))])
    found = await rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS).search(query)
    standing = [json.loads(v.body or b"{}") for v in found.matches]
    return {r["id"].removeprefix("replan-"): set(rows.set_up(r)) for r in standing}


async def test_who_is_away_is_ticked_and_others_come(rooms: Rooms, app: Starlette) -> None:
    lise = rooms.visitor("lise", app)
    first = await lise.get("/omplanlegging")
    assert first.status_code == 200, first.text
    assert "Jon Lie" in _page(first.text) and "4 besøk igjen" in _page(first.text)
    asked = _hidden(first.text, "/omplanlegging")
    nobody = await lise.post("/omplanlegging", data=asked)
    assert nobody.status_code == 422 and "Kryss av for hvem som er borte" in _page(nobody.text)

    proposed = await lise.post("/omplanlegging", data={**asked, "borte-jon-lie": "1"})
    assert proposed.status_code == 200
    said = _page(proposed.text)
    assert "Ingen kan ta 0" in said and "Jon Lie 10:00" in said
    assert await _staff(rooms) == {id: {who} for id, who in MADE_BY.items()}, "a proposal changes nothing"

    accepted = await lise.post("/omplanlegging/godta", data=_hidden(proposed.text, "/omplanlegging/godta"))
    assert accepted.status_code == 303
    staff = await _staff(rooms)
    assert all("jon-lie" not in who for who in staff.values())
    assert staff["v4"] == {"ida"}, "what needs a nurse stays with the nurse"
    shown = await lise.get(accepted.headers["location"])
    assert "Dagen er satt opp på nytt." in _page(shown.text)


async def test_a_day_that_has_changed_meanwhile_is_not_written_over(rooms: Rooms, app: Starlette) -> None:
    lise = rooms.visitor("lise", app)
    asked = _hidden((await lise.get("/omplanlegging")).text, "/omplanlegging")
    proposed = await lise.post("/omplanlegging", data={**asked, "borte-jon-lie": "1"})
    carried = _hidden(proposed.text, "/omplanlegging/godta")
    # The blood sample is moved to where another visit was to be made.
    await rooms.put(_visit("v4", "08:05", "ida"), _visit("v1", "08:05", "ida"))
    before = await _staff(rooms)
    late = await lise.post("/omplanlegging/godta", data=carried)
    assert late.status_code == 409 and "Ingenting er skrevet" in _page(late.text)
    assert await _staff(rooms) == before
    # Nor when the change touches nothing of the proposal: a new visit may be hers at that very time.
    asked = _hidden((await lise.get("/omplanlegging")).text, "/omplanlegging")
    proposed = await lise.post("/omplanlegging", data={**asked, "borte-jon-lie": "1"})
    await rooms.put(_visit("new", "10:00", "ida"))
    carried = _hidden(proposed.text, "/omplanlegging/godta")
    assert (await lise.post("/omplanlegging/godta", data=carried)).status_code == 409
    await rooms.put(_visit("new", "10:00", "ida", status="cancelled"))


@pytest.mark.parametrize(
    "made",
    [
        "",
        "[[",
        '[["replan-v1", 480, ["nobody"]]]',
        '[["replan-v4", 540, ["aisha-karim"]]]',
        '[["somebody-elses", 480, ["ida"]]]',
        '[["replan-v1", 10, ["ida"]]]',
    ],
)
async def test_a_proposal_of_ones_own_making_is_judged_like_any(
    rooms: Rooms, app: Starlette, made: str
) -> None:
    lise = rooms.visitor("lise", app)
    fields = _hidden((await lise.get("/omplanlegging")).text, "/omplanlegging")
    sent = {**fields, "dag": ON.isoformat(), "forslag": made, "borte-jon-lie": "1"}
    answer = await lise.post("/omplanlegging/godta", data=sent)
    assert answer.status_code == (422 if made in ("", "[[") else 409)
    assert await _staff(rooms) == {id: {who} for id, who in MADE_BY.items()}


async def test_those_who_do_not_plan_are_told_who_does(rooms: Rooms, app: Starlette) -> None:
    answer = await rooms.visitor("kari", app).get("/omplanlegging")
    assert answer.status_code == 403 and "leder vakten" in _page(answer.text)
    # Omar's unit has none of these citizens: he plans his own day, and sees nothing of hers.
    omar = await rooms.visitor("omar", app).get("/omplanlegging")
    assert "Jon Lie" not in omar.text


def test_the_rows_are_read_as_they_are_meant() -> None:
    wanted = _visit("w", "08:00", "ida", priority=2)
    wanted["requestedPeriod"] = [{"start": f"{ON}T07:30:00+01:00", "end": f"{ON}T09:00:00+01:00"}]
    wanted["participant"].append({"type": [{"coding": [{"system": rows.PROFESSIONS, "code": "HF"}]}]})
    shift = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": "Practitioner/jon-lie"},
        "availableTime": [
            {
                "daysOfWeek": [WEEKDAYS[ON.weekday()]],
                "availableStartTime": "14:30:00",
                "availableEndTime": "22:00:00",
            }
        ],
    }
    winter = in_season(rows.Rows((wanted,), {}, {}, (shift,)))
    day = rows.day_of(winter, ON, away=(), now=MORNING)
    visit = day.visits[0]
    assert (visit.planned, visit.minutes, visit.hands, visit.importance) == (480, 30, 2, 3)
    assert visit.needs == {"HF"}
    assert {s.id: (s.start, s.end) for s in day.staff}["jon-lie"] == (14 * 60 + 30, 22 * 60)
    assert [s.id for s in rows.day_of(winter, ON, away={"jon-lie"}, now=MORNING).staff] == ["ida"]
    ill = {
        **shift,
        "notAvailable": [{"description": "Syk", "during": {"start": ON.isoformat(), "end": ON.isoformat()}}],
    }
    assert [s.id for s in rows.day_of(replace(winter, roles=(ill,)), ON, away=(), now=MORNING).staff] == [
        "ida"
    ]


def in_season(found: rows.Rows) -> rows.Rows:
    """The offsets written above are winter's; in summer the same clock is another offset."""
    offset = datetime.combine(ON, datetime.min.time(), NORWAY).strftime("%z")
    text = json.dumps(found.visits).replace("+01:00", f"{offset[:3]}:{offset[3:]}")
    return replace(found, visits=tuple(json.loads(text)))
