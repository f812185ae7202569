"""The count on small lists made by hand."""

from akson.care.worklist.conservation import Count, beds, count, in_full, words

OWNED = [{"actor": {"reference": "Patient/a"}}, {"actor": {"reference": "Practitioner/ida"}}]


def visit(id: str, status: str, reason: str = "", participant: list | None = None) -> dict:
    told = {"cancelationReason": {"coding": [{"code": reason}], "text": reason}} if reason else {}
    return {
        "resourceType": "Appointment",
        "id": id,
        "status": status,
        "participant": participant or OWNED,
        **told,
    }


def test_what_was_planned_is_somewhere() -> None:
    counted = count(
        [
            visit("1", "fulfilled"),
            visit("2", "booked"),
            visit("3", "cancelled", "admitted"),
            visit("4", "cancelled", "moved"),
            visit("5", "entered-in-error"),
            {
                "resourceType": "Task",
                "id": "6",
                "status": "requested",
                "owner": {"display": "Meldingsansvarlig"},
            },
        ]
    )
    assert counted == Count(planned=5, done=1, moved=1, cancelled=1, open=2)
    assert counted.balances and words(counted) == "0 uten eier"
    assert in_full(counted) == "5 planlagt = 1 gjort + 1 flyttet + 1 avlyst med grunn + 2 åpne"


def test_what_has_no_reason_or_no_owner_is_named() -> None:
    alone = [{"actor": {"reference": "Patient/a"}}]
    counted = count([visit("1", "cancelled"), visit("2", "booked", participant=alone), visit("3", "lost")])
    assert counted.broken == ("Appointment/1", "Appointment/3") and counted.without_owner == (
        "Appointment/2",
    )
    assert not counted.balances and words(counted) == "2 uten begrunnelse, 1 uten eier"


def test_promises_and_beds_are_held_against_each_other() -> None:
    def carried(number: str, start: str, end: str) -> dict:
        period = {"url": "period", "valuePeriod": {"start": start, "end": end}}
        url = "https://akson.no/fhir/StructureDefinition/bed-hold"
        return {"url": url, "extension": [{"url": "number", "valueString": number}, period]}

    def hold(id: str) -> dict:
        place = {"actor": {"reference": "Location/b"}}
        kind = [{"coding": [{"code": "bed-hold"}]}]
        return {
            "resourceType": "Appointment", "id": id, "status": "booked", "serviceCategory": kind, "participant": [place],
        }  # fmt: skip

    first, second = carried("h1", "2026-11-01", "2026-11-05"), carried("h2", "2026-11-04", "2026-11-09")
    bed = {"resourceType": "Location", "id": "b", "extension": [first, second]}
    found = beds([bed], [hold("h1"), hold("h3")])
    assert found.held == 2 and found.without_bed == ("Appointment/h3",)
    assert found.without_hold == ("h2",) and found.twice == ("Location/b",)
    assert beds([{**bed, "extension": [first]}], [hold("h1")]).balances
