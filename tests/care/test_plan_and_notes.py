"""Problems with their goals, visits, services, messages and folded notes."""

from datetime import UTC, datetime

from akson.care.contacts.messages import care_message
from akson.care.contacts.services import services
from akson.care.contacts.visits import next_visit, visits
from akson.care.fhir_json import instant
from akson.care.notes.fold import fold
from akson.care.plan.problems import ICPC2, free_goals, problems


def condition(id: str, text: str, code: str, status: str = "active") -> dict:
    return {
        "id": id,
        "code": {"text": text, "coding": [{"system": ICPC2, "code": code}]},
        "clinicalStatus": {"coding": [{"code": status}]},
    }


HEART = condition("c1", "Hjertesvikt", "K77")
GOAL = {
    "lifecycleStatus": "active",
    "description": {"text": "Vekt daglig"},
    "addresses": [{"reference": "Condition/c1"}],
    "target": [{"dueDate": "2026-12-01"}],
}


def test_a_problem_carries_its_goal_and_its_evaluation_date() -> None:
    (problem,) = problems([HEART], [GOAL])
    assert (problem.name, problem.code, problem.goals) == ("Hjertesvikt", "K77", ("Vekt daglig",))
    assert problem.evaluate == datetime(2026, 12, 1, tzinfo=UTC)


def test_resolved_and_refuted_problems_are_gone() -> None:
    refuted = HEART | {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    assert problems([condition("c2", "Pneumoni", "R81", "resolved"), refuted]) == []


def test_a_goal_without_a_problem_stands_alone() -> None:
    assert [g.text for g in free_goals([], [GOAL])] == ["Vekt daglig"]
    assert free_goals([HEART], [GOAL]) == []


def appointment(start: str, status: str, who: str = "") -> dict:
    people = [{"actor": {"reference": "Patient/astrid", "display": "Astrid Bakken"}}]
    people += [{"actor": {"reference": "Practitioner/ida", "display": who}}] if who else []
    return {"start": start, "status": status, "description": "Morgenstell", "participant": people}


def test_visits_follow_the_clock_and_leave_out_the_cancelled() -> None:
    found = visits(
        [
            appointment("2026-11-24T19:00:00Z", "booked"),
            appointment("2026-11-24T06:45:00Z", "fulfilled", "Ida Nilsen"),
            appointment("2026-11-24T12:00:00Z", "cancelled"),
        ]
    )
    assert [(v.state, v.who) for v in found] == [("done", "Ida Nilsen"), ("planned", "")]
    assert next_visit(found, datetime(2026, 11, 24, 8, tzinfo=UTC)) is found[1]


def test_only_running_services_are_told() -> None:
    running = {
        "id": "e",
        "status": "active",
        "type": [{"text": "Helsetjenester i hjemmet"}],
        "period": {"start": "2026-01-03"},
    }
    assert [s.name for s in services([running, running | {"status": "finished"}])] == [
        "Helsetjenester i hjemmet"
    ]


def test_a_sender_may_stand_inside_its_message() -> None:
    message = care_message(
        {
            "id": "k",
            "category": [{"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.8279", "code": "LOG_INNLAGT"}]}],
            "contained": [{"resourceType": "Organization", "id": "s", "name": "Havnes sykehus HF"}],
            "sender": {"reference": "#s"},
            "payload": [{"contentString": "Innlagt 24.11"}],
            "received": "2026-11-24T07:12:00Z",
        }
    )
    assert (message.title, message.sender, message.text) == (
        "Innlagt på sykehus",
        "Havnes sykehus HF",
        "Innlagt 24.11",
    )


def test_repeated_sentences_are_folded_and_new_ones_shown() -> None:
    before = "Sliten, men våken og klar. Spist godt."
    folded = fold("Tyngre pust ved stell. Sliten, men våken og klar.", before)
    assert (folded.fresh, folded.repeated) == ("Tyngre pust ved stell.", ("Sliten, men våken og klar.",))


def test_a_note_with_nothing_new_is_shown_whole() -> None:
    assert fold("Spist godt.", "Spist godt.").fresh == "Spist godt."


def test_short_dates_begin_at_their_beginning() -> None:
    assert instant("2026") == datetime(2026, 1, 1, tzinfo=UTC)
    assert instant("2026-05") == datetime(2026, 5, 1, tzinfo=UTC)
    assert instant(None) is None
