"""When the house looks again though nothing has changed: each look is a line in the patient's log."""

from datetime import timedelta

from akson.app.pathways.asking import ask, tomorrow
from akson.app.pathways.facts import PatientFacts
from tests.app.pathways.test_follower import GRANTED, NOON, stay


def facts(*, decisions: tuple[dict, ...] = (), encounters: tuple[dict, ...] = ()) -> PatientFacts:
    patient = {"resourceType": "Patient", "id": "astrid"}
    return PatientFacts(patient, encounters, (), decisions, (), (), (), ())


def test_nobody_is_looked_at_for_the_clocks_sake_alone() -> None:
    assert ask(facts(), NOON).wake == NOON + timedelta(days=30)
    assert ask(facts(decisions=({**GRANTED, "status": "completed"},)), NOON).wake > tomorrow(NOON)


def test_a_decision_and_a_stay_are_looked_at_each_morning() -> None:
    assert ask(facts(decisions=(GRANTED,)), NOON).wake == tomorrow(NOON)
    assert ask(facts(encounters=(stay("in-progress", NOON - timedelta(hours=1)),)), NOON).wake <= tomorrow(
        NOON
    )
