"""A case from application to its end: what each act writes, what follows from it, and that all of it is whole FHIR."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from cases import ASTRID, KARI, NURSING, OFFICE, ROUNDS, UNIT, decision

from akson.care.casework import acts, deadlines, letter
from akson.care.casework.absences import Absence, absences
from akson.care.casework.decision import Amount, Round, rounds, wants
from akson.care.casework.rows import NORWAY, reason_of
from akson.care.casework.visits import amended, moved
from akson.fhir.problem import Problem
from akson.fhir.validation import validate

NOW = datetime(2026, 11, 5, 9, tzinfo=NORWAY)
APPLICATION = acts.Application(
    "soknad-1", "oppgave-1", ASTRID, NOW, "Hjelp morgen og kveld", ASTRID, OFFICE, KARI
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NORWAY)


def whole(resources: list[dict]) -> list[dict]:
    for resource in resources:
        assert [i for i in validate(resource) if i.severity in ("error", "fatal")] == []
    return resources


def starts(appointments: list[dict], status: str = "booked") -> list[str]:
    return sorted(a["start"][:16] for a in appointments if a["status"] == status)


def test_a_case_from_application_to_its_end() -> None:
    asked, task = whole(acts.apply(APPLICATION))
    assert task["owner"] == KARI and task["restriction"]["period"]["end"] == "2026-12-05T23:59:59+01:00"
    assert "forvaltningsloven § 11 a" in task["description"]
    found = acts.Assessment("vurdering-1", "Trenger hjelp til stell.", (), KARI, NOW)
    assessed, task = whole(acts.assess(asked, task, found))
    assert (
        assessed["basedOn"] == [{"reference": "ServiceRequest/soknad-1"}] and task["status"] == "in-progress"
    )
    granted, episode, told, asked, task = whole(acts.decide(decision(), asked, task))
    assert (asked["status"], task["status"]) == ("completed", "completed")
    assert episode["managingOrganization"] == UNIT and episode["period"] == {"start": "2026-11-10"}
    assert rounds(granted) == ROUNDS
    assert granted["quantityRatio"]["numerator"]["value"] == Decimal("13.4")
    assert letter.text(granted) == told["payload"][0]["contentString"]
    less = decision(id="vedtak-2", letter="brev-2", start=date(2026, 11, 20), amount=Amount(ROUNDS[:2]))
    new, old, episode, told = whole(acts.change(less, granted, episode))
    assert new["replaces"] == [{"reference": "ServiceRequest/vedtak-1"}]
    assert not wants(old, date(2026, 11, 20)) and wants(old, date(2026, 11, 19))
    ended, episode = whole(acts.end(new, episode, date(2026, 12, 1), "ended"))
    assert (ended["status"], episode["status"]) == ("completed", "finished")
    assert episode["period"] == {"start": "2026-11-10", "end": "2026-12-01"}
    whole(acts.complain(granted, told, acts.Complaint("klage-1", "oppgave-2", NOW, "For lite", ASTRID, KARI)))


def test_the_letter_is_written_from_the_decision() -> None:
    granted = acts.decide(decision())[0]
    assert letter.text(granted) == (
        "Vedtak om helsetjenester i hjemmet\n\n"
        "Astrid Bakken får helsetjenester i hjemmet fra 10. november 2026, inntil noe annet blir bestemt.\n\n"
        "Omfang: tre besøk om dagen, til sammen 13,4 timer i uken:\n"
        "– kl. 07.45: Morgenstell og legemidler, 45 minutter\n"
        "– kl. 13.00: Lunsj og legemidler, 30 minutter\n"
        "– kl. 20.00: Kveldsstell og legemidler, 40 minutter\n\n"
        "Tjenesten gis av Hjemmetjenesten Øst.\n\n"
        "Begrunnelse: Trenger hjelp til stell og legemidler.\n\n"
        "Du kan klage til statsforvalteren. Fristen er fire uker fra du fikk vedtaket. Klagen sendes til "
        "Saksbehandling (pasient- og brukerrettighetsloven §§ 7-2 og 7-5; domstolloven § 149).\n\n"
        "Vedtatt 5. november 2026 av Saksbehandling."
    )


@pytest.mark.parametrize(
    ("rule", "began", "until"),
    [
        ("decision", "2026-01-31T12:00", "2026-02-28"),
        ("decision", "2026-12-15T12:00", "2027-01-15"),
        ("complaint", "2026-11-05T12:00", "2026-11-26"),
        ("complaint", "2026-12-04T12:00", "2026-12-28"),  # 25, 26 and 27 December are none
        ("complaint-care", "2026-03-05T12:00", "2026-04-07"),  # 2 April 2026 is Maundy Thursday
        ("complaint-care", "2026-04-16T23:59", "2026-05-15"),  # 14 May 2026 is Ascension Day
    ],
)
def test_deadlines_are_counted_on_a_norwegian_calendar(rule: str, began: str, until: str) -> None:
    assert deadlines.due(rule, at(began)).at == at(f"{until}T23:59:59")


@pytest.mark.parametrize(
    ("change", "id"),
    [({"end": date(2026, 11, 1)}, "AKS-CASE-001"), ({"grounds": " "}, "AKS-CASE-001")],
)
def test_half_a_decision_is_refused(change: dict, id: str) -> None:
    with pytest.raises(Problem) as refused:
        acts.decide(decision(**change))
    assert refused.value.id == id


def test_visits_stop_while_she_is_admitted_and_start_again_on_return() -> None:
    granted = [acts.decide(decision())[0]]
    now, until = at("2026-11-24T12:00"), at("2026-11-27T00:00")
    standing = whole(amended(granted, [], (), now=now, until=until))
    assert len(starts(standing)) == 8
    admitted = (Absence(at("2026-11-24T14:05"), None, "admitted"),)
    paused = amended(granted, standing, admitted, now=now, until=until)
    assert [reason_of(v) for v in paused] == ["admitted"] * 7
    standing = merged(standing, paused)
    assert starts(standing) == ["2026-11-24T13:00"]
    assert amended(granted, standing, admitted, now=now, until=until) == []
    home = (Absence(at("2026-11-24T14:05"), at("2026-11-26T12:30"), "admitted"),)
    again = amended(granted, standing, home, now=at("2026-11-26T10:00"), until=until)
    assert starts(again) == ["2026-11-26T13:00", "2026-11-26T20:00"]
    standing = merged(standing, again)
    assert amended(granted, standing, home, now=at("2026-11-26T10:00"), until=until) == []
    assert len({v["id"] for v in standing}) == 8


def test_an_admission_that_was_withdrawn_gives_back_what_lies_ahead() -> None:
    granted = [acts.decide(decision())[0]]
    now, until = at("2026-11-24T12:00"), at("2026-11-26T00:00")
    standing = amended(granted, [], (), now=now, until=until)
    away = (Absence(at("2026-11-24T12:30"), None, "admitted"),)
    standing = merged(standing, amended(granted, standing, away, now=now, until=until))
    again = amended(granted, standing, (), now=at("2026-11-24T18:00"), until=until)
    assert starts(again) == [
        "2026-11-24T20:00", "2026-11-25T07:45", "2026-11-25T13:00", "2026-11-25T20:00",
    ]  # fmt: skip


def test_a_late_message_cancels_what_nobody_made_and_leaves_what_was_made() -> None:
    granted = [acts.decide(decision())[0]]
    standing = amended(granted, [], (), now=at("2026-11-24T06:00"), until=at("2026-11-25T00:00"))
    standing[0] = {**standing[0], "status": "fulfilled"}
    away = (Absence(at("2026-11-24T07:00"), None, "admitted"),)
    late = amended(granted, standing, away, now=at("2026-11-24T21:00"), until=at("2026-11-25T00:00"))
    assert [(v["start"][11:16], reason_of(v)) for v in late] == [("13:00", "admitted"), ("20:00", "admitted")]


def test_what_a_person_did_to_a_visit_stands() -> None:
    granted = [acts.decide(decision())[0]]
    now, until = at("2026-11-24T06:00"), at("2026-11-25T00:00")
    first, second, third = amended(granted, [], (), now=now, until=until)
    old, new = whole(moved(second, at("2026-11-24T14:30"), "flyttet-1"))
    unwanted = {**third, "status": "cancelled", "cancelationReason": {"text": "Vil ikke"}}
    standing = [first, old, new, unwanted]
    assert amended(granted, standing, (), now=now, until=until) == []
    away = (Absence(at("2026-11-24T06:30"), at("2026-11-24T14:00"), "admitted"),)
    assert [v["id"] for v in amended(granted, standing, away, now=now, until=until)] == [first["id"]]


def test_a_change_gives_the_new_round_from_its_day() -> None:
    granted, episode, _ = acts.decide(decision())
    now, until = at("2026-11-24T06:00"), at("2026-11-26T00:00")
    standing = amended([granted], [], (), now=now, until=until)
    less = decision(id="vedtak-2", start=date(2026, 11, 25), amount=Amount((Round("09:00", 30, "Tilsyn"),)))
    new, old, *_ = acts.change(less, granted, episode)
    standing = merged(standing, amended([new, old], standing, (), now=now, until=until))
    assert starts(standing) == [
        "2026-11-24T07:45", "2026-11-24T13:00", "2026-11-24T20:00", "2026-11-25T09:00",
    ]  # fmt: skip
    assert {reason_of(v) for v in standing if v["status"] == "cancelled"} == {"changed"}


def test_death_ends_what_lies_ahead() -> None:
    granted = [acts.decide(decision())[0]]
    now, until = at("2026-11-24T06:00"), at("2026-11-26T00:00")
    standing = amended(granted, [], (), now=now, until=until)
    dead = amended(granted, standing, (), now=now, until=until, died=at("2026-11-24T13:30"))
    assert len(dead) == 4 and {reason_of(v) for v in dead} == {"death"}
    assert (
        amended(granted, merged(standing, dead), (), now=now, until=until, died=at("2026-11-24T13:30")) == []
    )


@pytest.mark.parametrize(
    ("day", "start"),
    [("2026-03-29", "2026-03-29T03:30:00+02:00"), ("2026-10-25", "2026-10-25T02:30:00+02:00")],
)
def test_a_night_visit_when_the_clocks_change_is_made_once(day: str, start: str) -> None:
    night = decision(start=date(2026, 1, 1), amount=Amount((Round("02:30", 30, "Nattilsyn"),)))
    granted = [acts.decide(night)[0]]
    begin = at(f"{day}T00:00")
    found = amended(granted, [], (), now=begin, until=begin + timedelta(hours=23))
    assert [v["start"] for v in found] == [start]
    assert datetime.fromisoformat(found[0]["end"]) - datetime.fromisoformat(start) == timedelta(minutes=30)


def test_absences_are_read_from_stays_and_holds() -> None:
    def stay(status: str, start: str, end: str | None = None) -> dict:
        period = {"start": start, **({"end": end} if end else {})}
        return {"resourceType": "Encounter", "status": status, "class": {"code": "IMP"}, "period": period}

    found = absences(
        [
            stay("in-progress", "2026-11-24T14:05:00+01:00"),
            stay("finished", "2026-11-01T10:00:00+01:00", "2026-11-03T12:00:00+01:00"),
            stay("entered-in-error", "2026-11-05T10:00:00+01:00"),
            stay("planned", "2026-12-05T10:00:00+01:00"),
        ]
    )
    assert [(a.start.astimezone(UTC).day, a.end is None) for a in found] == [(1, False), (24, True)]
    assert NURSING["code"] == "15"


def merged(standing: list[dict], changed: list[dict]) -> list[dict]:
    return list({v["id"]: v for v in [*standing, *changed]}.values())
