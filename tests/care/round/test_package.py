"""What goes along, and what is told at the handover: each change once."""

from datetime import datetime, timedelta
from typing import Any

from tests.care.round.test_operation import VISIT

from akson.care.casework import visits
from akson.care.round import handover, meeting, operation, package
from akson.care.round.meeting import Author, Standing

IDA = "Practitioner/ida"
NOW = datetime.fromisoformat("2026-11-27T07:00:00+01:00")


def visit(number: int, patient: str, hours: float = 1, **more: Any) -> dict[str, Any]:
    start = NOW + timedelta(hours=hours)
    return {
        "resourceType": "Appointment",
        "id": f"besok-{number}",
        "meta": {"versionId": "3", "lastUpdated": NOW.isoformat()},
        "status": "booked",
        "description": "Morgenstell og legemidler",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=45)).isoformat(),
        "participant": [{"actor": {"reference": f"Patient/{patient}"}}],
        **more,
    }


def test_as_many_and_as_long_as_may_go_along() -> None:
    many = [visit(n, f"p{n}", n / 10) for n in range(100)] + [visit(100, "p0", 15)]
    chosen = package.chosen(many, NOW, until=NOW + timedelta(days=2), who=IDA)
    assert len({package.patient_of(v) for v in chosen}) == package.PATIENTS_MAX
    assert any(v["id"] == "besok-100" for v in chosen), "who is along already, is along whole"
    late = [visit(1, "p", 16), visit(2, "p", -4), visit(3, "p", 1, cancelationReason={"text": "Flyttet til"})]
    assert package.chosen(late, NOW, until=NOW + timedelta(days=2), who=IDA) == []


def test_the_package() -> None:
    people = {"astrid": package.Carried("Bakken, Astrid", "12.05.1942", "Øvre vei 3", "")}
    made = package.day_package([visit(1, "astrid"), visit(2, "ukjent")], people, unit="Øst", now=NOW)
    assert [v["id"] for v in made["visits"]] == ["besok-1"] and list(made["people"]) == ["astrid"]
    assert made["visits"][0]["steps"] == ["Morgenstell", "Legemidler"]
    assert made["visits"][0]["version"] == 3 and made["visits"][0]["minutes"] == 45
    assert made["ends"] == "2026-11-27T23:00:00+01:00"


def test_each_change_is_told_once() -> None:
    ida = Author("Practitioner/ida", "Ida", "Organization/ost", "Øst")
    standing = Standing(visit(1, "astrid"))
    left = meeting.meet(operation.read(VISIT), standing, ida, visits, NOW).resources
    moved = operation.read(VISIT | {"said": {"outcome": "moved", "to": "2026-11-27T14:00:00+01:00"}})
    old, new = meeting.meet(moved, Standing(visit(2, "solveig")), ida, visits, NOW).resources
    old = {**old, "id": "besok-2"}
    since, until = NOW - timedelta(hours=8), NOW + timedelta(hours=8)
    told = handover.changes([*left, *left, old, new, visit(3, "per")], since, until)
    assert [(t.patient, t.by) for t in told] == [("astrid", "Ida"), ("solveig", "Ida"), ("solveig", "")]
    assert told[0].text == "Morgenstell og legemidler: utført. Gjort: Stell. Ikke gjort: Insulin."
    measured = [
        {
            "resourceType": "Observation",
            "id": f"m{n}",
            "status": "final",
            "subject": {"reference": "Patient/astrid"},
            "effectiveDateTime": (NOW - timedelta(hours=n)).isoformat(),
            "code": {"text": text},
            "valueQuantity": {"value": 93, "code": "/min"},
        }
        for n, text in ((0, "Puls"), (0.001, "Respirasjon"), (90, "Puls"))
    ]
    told = handover.changes(measured, since, until)
    assert sorted(t.text for t in told) == ["Puls 93 /min", "Respirasjon 93 /min"], (
        "another minute is another set"
    )
    together = [{**m, "effectiveDateTime": NOW.isoformat()} for m in measured[:2]]
    assert [t.text for t in handover.changes(together, since, until)] == [
        "Puls 93 /min · Respirasjon 93 /min"
    ]
    assert handover.changes([*left, old], NOW + timedelta(minutes=1), until) == ()


def test_neither_drafts_nor_what_was_recorded_in_error_is_told() -> None:
    about = {"subject": {"reference": "Patient/astrid"}, "effectiveDateTime": NOW.isoformat()}
    note = {"resourceType": "ClinicalImpression", "summary": "Ord", **about}
    value = {"resourceType": "Observation", "code": {"text": "Puls"}, "valueQuantity": {"value": 93}, **about}
    notes = [note | {"id": s, "status": s} for s in ("in-progress", "entered-in-error", "completed")]
    values = [
        value | {"id": s, "status": s} for s in ("entered-in-error", "cancelled", "registered", "final")
    ]
    since, until = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    assert [t.kind for t in handover.changes([*notes, *values], since, until)] == ["measured", "note"]
    assert not handover.changes([*notes[:2], *values[:3]], since, until)


def test_her_own_first_then_nobodys_and_others_only_when_asked_for() -> None:
    def of(number: int, patient: str, hours: float, *staff: str) -> dict[str, Any]:
        actors = [f"Patient/{patient}", *(f"Practitioner/{s}" for s in staff)]
        return visit(number, patient, hours, participant=[{"actor": {"reference": a}} for a in actors])

    others = [of(n, f"o{n}", 1, "jonas") for n in range(package.PATIENTS_MAX)]
    many = [*others, of(100, "free", 2), of(101, "hers", 3, "ida"), of(102, "both", 4, "jonas", "ida")]
    until = NOW + timedelta(days=1)
    assert [v["id"] for v in package.chosen(many, NOW, until=until, who=IDA)] == [
        "besok-101",
        "besok-102",
        "besok-100",
    ]
    whole = package.chosen(many, NOW, until=until, who=IDA, whole=True)
    assert {"free", "hers", "both"} < {package.patient_of(v) for v in whole} and len(
        whole
    ) == package.PATIENTS_MAX


def test_what_one_cause_called_off_is_one_line() -> None:
    admitted = {"status": "cancelled", "cancelationReason": {"text": "Innlagt på sykehus"}}
    gone = [visit(n, "astrid", 1 + 8 * n, **admitted) for n in range(42)]
    no_staff = visit(50, "astrid", 3, status="cancelled", cancelationReason={"text": "Ingen ansatt"})
    other = visit(51, "solveig", 30, **admitted)
    since, until = NOW - timedelta(hours=8), NOW + timedelta(minutes=1)
    told = handover.changes([*gone, no_staff, other], since, until)
    assert [(t.patient, t.text) for t in told] == [
        ("astrid", "Innlagt på sykehus: 42 besøk avlyst 27.11.–11.12."),
        ("astrid", "Morgenstell og legemidler: avlyst. Ingen ansatt."),
        ("solveig", "Morgenstell og legemidler: avlyst. Innlagt på sykehus."),
    ]
    assert told[0].at == NOW, "when it was known, not when the first of them was to be"
