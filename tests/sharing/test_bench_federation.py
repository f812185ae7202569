"""The bench of federation from end to end, small: what it counts as wrong, late and silent."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from akson.app.bench.federation import Citizen, Scale, _citizens, _judged
from akson.sharing.classes import SharedClass
from akson.sharing.federation.federation import UNVOUCHED, Asked
from akson.sharing.values import Answer, Outcome, Part, Question, Source
from akson_lab.responders import Kind, Simulated, medicines, simulated

WELL, DEAD = (
    Simulated(1, Kind.WELL, "http://127.4.1.2:1/s0001/fhir"),
    Simulated(2, Kind.DEAD, "http://127.4.1.3:9/"),
)
CITIZEN = Citizen("b0001", "13816099990", ("lillefjord",), (WELL, DEAD))


def part(id: str, outcome: Outcome, resources: int = 0) -> Part:
    return Part(Source(id, id, "1", ""), outcome, (b"{}",) * resources, datetime.now(UTC))


def asked(*parts: Part, degraded: str = "") -> Asked:
    question = Question(CITIZEN.number, "MedicationStatement", SharedClass.MEDICATION)
    return Asked((Answer(question, "d", parts),), degraded)


REAL, FULL = part("lillefjord", Outcome.ANSWERED, 1), part("s0001", Outcome.ANSWERED, medicines(1))
SILENT = part("s0002", Outcome.SILENT)


@pytest.mark.parametrize(
    ("found", "wrong", "late"),
    [
        (asked(REAL, FULL, SILENT), 0, 0),
        (asked(REAL, FULL), 1, 0),
        (asked(REAL, part("s0001", Outcome.ANSWERED, 9), SILENT), 1, 0),
        (asked(REAL, part("s0001", Outcome.SILENT), SILENT), 0, 1),
        (asked(REAL, FULL, SILENT, part("sundby", Outcome.ANSWERED)), 1, 0),
        (asked(REAL, FULL, SILENT, part("sundby", Outcome.ANSWERED), degraded="x"), 0, 0),
        (asked(*(replace(p, outcome=Outcome.SPARED, why=UNVOUCHED) for p in (REAL, FULL, SILENT))), 0, 0),
    ],
    ids=[
        "right",
        "one not named",
        "other content",
        "healthy but late",
        "one too many",
        "no index",
        "no token",
    ],
)
def test_an_answer_is_judged_by_what_each_source_is_like(found: Asked, wrong: int, late: int) -> None:
    told = _judged(CITIZEN, found)
    assert (told["wrong"], told.get("late", 0)) == (wrong, late)


def test_citizens_follow_from_the_seed_and_are_known_by_six_to_ten() -> None:
    scale = Scale(simulated=300, citizens=50)
    made = [simulated(n, scale.seed, 8000, 0.05, 0.05) for n in range(scale.simulated)]
    citizens = list(_citizens(scale, made))
    assert citizens == list(_citizens(scale, made)) and len({c.number for c in citizens}) == 50
    assert all(6 <= len(c.sources) <= 10 and len(c.number) == 11 for c in citizens)
    kinds = {s.kind for s in made}
    assert kinds == set(Kind)
