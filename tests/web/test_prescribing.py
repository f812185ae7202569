"""A doctor's orders over HTTP on a real record: renewed, changed, stopped, begun; advice first; and a list that changed."""

import re
from typing import Any

import httpx

from tests.care.medication.told import drug, line, working
from tests.web.conftest import Rooms
from tests.web.test_pathway import kept, words
from tests.web.test_reconciliation_screen import hidden, put
from tests.web.test_shared_list import connected, row_of, to_hub

__all__ = ["connected"]
SERIES = "urn:oid:2.16.578.1.12.4.1.4.1"


async def stand(rooms: Rooms, patient: str, number: str = "") -> str:
    """A patient on Grete's list with two medicines; gives the address of the screen."""
    body: dict[str, Any] = {
        "resourceType": "Patient",
        "id": patient,
        "name": [{"family": "Forordnet", "given": ["Prøve"]}],
        "birthDate": "1942-05-12",
        "generalPractitioner": [{"reference": "Practitioner/grete", "display": "Grete Lund"}],
        **({"identifier": [{"system": SERIES, "value": number}]} if number else {}),
    }
    rows = working(
        f"{patient}-liste", "2026-11-20T10:00:00+01:00",
        line(f"{patient}-m1", drug("furosemid", "40 mg", atc="C03CA01"), "1+0+0+0", patient=patient),
        line(f"{patient}-m2", drug("warfarin", "2,5 mg", atc="B01AA03"), "etter INR", patient=patient),
        patient=patient,
    )  # fmt: skip
    await rooms.put(body)
    await put(rooms, *rows)
    return f"/pasient/{patient}/legemidler/forordning"


async def sign(doctor: httpx.AsyncClient, path: str, page: str, **chosen: str) -> httpx.Response:
    return await doctor.post(path, data={**form(page), **{k.replace("_", "-"): v for k, v in chosen.items()}})


def form(page: str) -> dict[str, str]:
    """As a browser without script sends it: what is hidden, and the fields with what stands in them."""
    part = page.split("data-rx autocomplete", 1)[1].split("</form>", 1)[0]
    fields = dict(re.findall(r'<input class="ds-input"[^>]* name="([^"]+)" value="([^"]*)"', part))
    return {**fields, **hidden(part)}


async def test_renewed_changed_stopped_and_begun_in_one_signature(rooms: Rooms) -> None:
    path, grete = await stand(rooms, "rx-en"), rooms.visitor("grete")
    page = (await grete.get(path)).text
    assert "Furosemid" in words(page) and 'value="forny" checked' not in page
    begun = {
        "ny_navn": "Apiksaban",
        "ny_styrke": "5 mg",
        "ny_dose": "1 tablett morgen og kveld",
        "ny_hvorfor": "Atrieflimmer",
    }
    sent: dict[str, str] = {
        "gjor_1": "endre",
        "dose_1": "2+0+0+0",
        "hvorfor_1": "Ødem",
        "gjor_2": "seponer",
        **begun,
    }
    refused = await sign(grete, path, page, **sent)
    assert refused.status_code == 422 and "Warfarin: skriv hvorfor" in words(refused.text)
    assert "2+0+0+0" in refused.text and "Apiksaban" in refused.text, "nothing typed is lost"

    done = await sign(grete, path, refused.text, **{**sent, "hvorfor_2": "Byttes til apiksaban"})
    assert done.status_code == 303, words(done.text)
    told = words((await grete.get(done.headers["location"])).text)
    assert "Signert: 1 endret, 1 seponert, 1 startet" in told
    assert "2+0+0+0" in told and "Apiksaban" in told and "Warfarin" not in told.partition("Start nytt")[0]
    requests = await kept(rooms, "MedicationRequest", "rx-en")
    assert {r["status"] for r in requests} == {"active"} and len(requests) == 2
    assert {r["requester"]["reference"] for r in requests} == {"Practitioner/grete"}
    (apixaban,) = [r for r in requests if "Apiksaban" in str(r)]
    assert apixaban["contained"][0]["code"]["coding"][0]["code"] == "B01AF02", (
        "its code is looked up by the whole name"
    )
    assert len(await kept(rooms, "Provenance", "rx-en")) == 3


async def test_a_renewal_pressed_twice_is_one_and_the_next_ends_it(rooms: Rooms) -> None:
    path, grete = await stand(rooms, "rx-to"), rooms.visitor("grete")
    page = (await grete.get(path)).text
    for _ in range(2):
        assert (await sign(grete, path, page, gjor_1="forny")).status_code == 303
    again = (await grete.get(path)).text
    assert "Forordnet" in words(again) and "gyldig til" in words(again)
    assert (await sign(grete, path, again, gjor_1="forny")).status_code == 303
    assert sorted(r["status"] for r in await kept(rooms, "MedicationRequest", "rx-to")) == [
        "active",
        "completed",
    ]


async def test_grave_advice_is_shown_before_it_is_signed(rooms: Rooms) -> None:
    path, grete = await stand(rooms, "rx-tre"), rooms.visitor("grete")
    page = (await grete.get(path)).text
    ibuprofen = {"ny_navn": "Ibuprofen", "ny_styrke": "400 mg", "ny_dose": "1 tablett 3 ganger daglig"}
    beside = await grete.post(
        f"{path}/raad", data={**form(page), **{k.replace("_", "-"): v for k, v in ibuprofen.items()}}
    )
    assert (
        beside.status_code == 200
        and "Ibuprofen sammen med Warfarin" in words(beside.text)
        and "https://" in beside.text
    )
    stopped = await sign(grete, path, page, **ibuprofen)
    assert stopped.status_code == 422 and "Les rådene under" in words(stopped.text)
    assert not await kept(rooms, "MedicationRequest", "rx-tre")
    signed = await sign(grete, path, stopped.text, **ibuprofen)
    assert signed.status_code == 303, "shown is enough: a doctor decides"

    path = await stand(rooms, "rx-bytte")
    page = (await grete.get(path)).text
    swapped = await sign(grete, path, page, **ibuprofen, gjor_2="seponer", hvorfor_2="Byttes")
    assert swapped.status_code == 303, "what is stopped with the same signature warns of nothing"


async def test_a_stated_serious_allergy_asks_why(rooms: Rooms) -> None:
    path, grete = await stand(rooms, "rx-fire"), rooms.visitor("grete")
    confirmed = {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
                "code": "confirmed",
            }
        ]
    }
    active = {
        "coding": [
            {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "code": "active"}
        ]
    }
    await rooms.put(
        {
            "resourceType": "AllergyIntolerance", "id": "rx-fire-a", "patient": {"reference": "Patient/rx-fire"},
            "code": {"text": "penicillin"}, "criticality": "high", "verificationStatus": confirmed, "clinicalStatus": active,
        }
    )  # fmt: skip
    page = (await grete.get(path)).text
    penicillin = {"ny_navn": "Pivmecillinam", "ny_styrke": "200 mg", "ny_dose": "1 tablett 3 ganger daglig"}
    shown = await sign(grete, path, page, **penicillin)
    assert shown.status_code == 422 and "Hvorfor skal det likevel brukes?" in words(shown.text)
    refused = await sign(grete, path, shown.text, **penicillin)
    assert refused.status_code == 422 and "oppgitt alvorlig allergi" in words(refused.text)
    signed = await sign(grete, path, refused.text, **penicillin, likevel="Tålt flere ganger siden 2020")
    assert signed.status_code == 303
    (told,) = await kept(rooms, "Provenance", "rx-fire")
    assert "Forordnet likevel: Tålt flere ganger" in told["reason"][-1]["text"]


async def test_a_list_that_changed_meanwhile_stores_nothing(rooms: Rooms) -> None:
    path, grete = await stand(rooms, "rx-fem"), rooms.visitor("grete")
    page = (await grete.get(path)).text
    assert (await sign(grete, path, page, gjor_1="forny")).status_code == 303
    late = {
        **form(page),
        "signatur": "00000000-0000-4000-8000-0000000000aa",
        "gjor-1": "endre",
        "dose-1": "2+0+0+0",
    }
    refused = await grete.post(path, data=late)
    assert (
        refused.status_code == 409 and "Lista ble endret" in words(refused.text) and "2+0+0+0" in refused.text
    )
    assert len(await kept(rooms, "MedicationRequest", "rx-fem")) == 1


async def test_the_new_list_goes_to_the_hub(connected: Rooms) -> None:
    path, grete = await stand(connected, "rx-seks", "12854200281"), connected.visitor("grete")
    page = (await grete.get(path)).text
    assert (await sign(grete, path, page, gjor_1="forny")).status_code == 303
    (sent,) = await to_hub(connected, "rx-seks", "ERM251")
    assert (await row_of(connected, sent)).receiver == "990602"


async def test_others_are_told_who_does_it(rooms: Rooms) -> None:
    refused = await rooms.visitor("ida").get("/pasient/astrid/legemidler/forordning")
    assert refused.status_code == 403 and "forordnes av lege" in words(refused.text)
    hits = (await rooms.visitor("grete").get("/legemiddelsok", params={"q": "selo"})).text
    assert 'data-atc="C07AB02"' in hits and "Metoprolol" in hits


async def test_a_long_list_is_one_form(rooms: Rooms) -> None:
    """Four fields a line: more than a small form has."""
    path, grete = await stand(rooms, "rx-lang"), rooms.visitor("grete")
    many = [
        line(f"rx-lang-l{n}", drug(f"legemiddel {n}", "5 mg"), "1+0+0+0", patient="rx-lang")
        for n in range(30)
    ]
    await put(rooms, *working("rx-lang-liste", "2026-11-21T10:00:00+01:00", *many, patient="rx-lang"))
    page = (await grete.get(path)).text
    chosen = {f"gjor_{n}": "forny" for n in range(1, 31)}
    done = await sign(grete, path, page, **chosen)
    assert done.status_code == 303 and done.headers["location"].endswith("fornyet=30"), words(done.text)
