"""Prøvesvar: values against their ranges, deviations in words, agents with resistance, withdrawn ones, and a curve."""

from typing import Any

from tests.web.conftest import Rooms
from tests.web.test_letters import shown

H = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": "H"}],
      "text": "Over øvre referansegrense"}]  # fmt: skip
WHO = {"subject": {"reference": "Patient/astrid"}, "performer": [{"display": "Havnes laboratorium"}]}


def observation(id: str, name: str, code: str = "", **more: Any) -> dict[str, Any]:
    coding = {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7280", "code": code}]} if code else {}
    return {"resourceType": "Observation", "id": id, "status": "final", "code": {**coding, "text": name}, **WHO,
            "effectiveDateTime": "2026-11-20T08:10:00+01:00", **more}  # fmt: skip


def report(id: str, *results: str, issued: str = "2026-11-20T14:00:00+01:00", **more: Any) -> dict[str, Any]:
    return {"resourceType": "DiagnosticReport", "id": id, "status": "final", "code": {"text": "Medisinsk biokjemi"},
            **WHO, "issued": issued, "result": [{"reference": f"Observation/{r}"} for r in results], **more}  # fmt: skip


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit}


async def stage(rooms: Rooms) -> None:
    crp = {"referenceRange": [{"text": "0-5"}], "note": [{"text": "Kontrolleres"}]}
    await rooms.put(
        observation("crp-1", "CRP", "NPU19748", valueQuantity=quantity(4, "mg/L"), **crp)
        | {"effectiveDateTime": "2026-11-10T08:10:00+01:00"},
        observation("crp-2", "CRP", "NPU19748", valueQuantity=quantity(48, "mg/L"), interpretation=H, **crp),
        observation("esbl", "Trimetoprim", valueCodeableConcept={"text": "Resistent"}),
        observation("mec", "Mecillinam", valueCodeableConcept={"text": "Følsom"}),
        observation("coli", "E. coli", valueString="> 100 000 /mL", hasMember=[{"reference": "Observation/esbl"},
                    {"reference": "Observation/mec"}], specimen={"display": "Urin, midtstråle"}),
        observation("feil", "Kalium", valueQuantity=quantity(9.9, "mmol/L")) | {"status": "entered-in-error"},
        report("svar-1", "crp-1", issued="2026-11-10T14:00:00+01:00"),
        report("svar-2", "crp-2", "coli", "finnes-ikke", conclusion="Se også urinstatus."),
        report("svar-3", "feil", issued="2026-11-12T14:00:00+01:00") | {"status": "entered-in-error"},
    )  # fmt: skip


async def test_every_result_is_read_against_its_range_newest_first(rooms: Rooms) -> None:
    await stage(rooms)
    page = (await rooms.visitor("ida").get("/pasient/astrid/provesvar")).text
    read = shown(page)
    order = [read.index(text) for text in ("48 mg/L", "Avsender har trukket svaret tilbake")]
    assert order[0] < order[1]
    for said in ("48 mg/L", "0-5", "Over øvre referansegrense", "Kontrolleres", "Se også urinstatus.",
                 "E. coli", "> 100 000 /mL", "Trimetoprim", "Resistent", "Mecillinam", "Følsom", "Urin, midtstråle",
                 "Havnes laboratorium", "tatt", "besvart", "1 resultat vises ikke for deg."):  # fmt: skip
        assert said in read, said
    assert 'class="step-1' in page, "an agent holds its resistance"


async def test_what_was_withdrawn_is_shown_as_withdrawn(rooms: Rooms) -> None:
    await stage(rooms)
    page = (await rooms.visitor("ida").get("/pasient/astrid/provesvar")).text
    panel = page.split('id="svar-svar-3"', 1)[1].split("</section>", 1)[0]
    assert "Trukket tilbake" in panel and "<del>9,9</del>" in panel and "analyse=" not in panel


async def test_a_curve_is_drawn_of_what_was_measured_more_than_once(rooms: Rooms) -> None:
    await stage(rooms)
    ida = rooms.visitor("ida")
    page = (await ida.get("/pasient/astrid/provesvar")).text
    address = page.split('href="/pasient/astrid/provesvar?analyse=', 1)[1].split('"', 1)[0]
    drawn = (await ida.get(f"/pasient/astrid/provesvar?analyse={address}")).text
    assert 'aria-label="CRP: 2 målinger, 4 mg/L 10.11.2026 til 48 mg/L 20.11.2026"' in drawn
    assert "CRP, utvikling" in shown(drawn) and drawn.count('class="band"') == 1
    nothing = await ida.get("/pasient/astrid/provesvar?analyse=%22%3E%3Cscript%3E")
    assert nothing.status_code == 200 and "<script>" not in nothing.text.split("<main", 1)[1]


async def test_who_has_no_relation_gets_nothing(rooms: Rooms) -> None:
    await stage(rooms)
    assert (await rooms.visitor("omar").get("/pasient/astrid/provesvar")).status_code == 404
