"""The board, a stay and the answer: what the case worker sees, and what one click sends."""

import asyncio
import html
import re
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.care.casework import beds
from akson.care.pathway import answers
from akson.fhir.codec import json
from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse
from akson.web.shell.beds import promised
from akson.web.workspace.pathway import acting
from tests.web.conftest import Rooms
from tests.web.hospital import Stay, decided


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.split("<main", 1)[-1])).split())


def forms(page: str) -> list[tuple[str, dict[str, str], str]]:
    """(address, hidden fields, text) of each form on a page."""
    return [
        (
            action,
            dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', body)),
            words("<main>" + body),
        )
        for action, body in re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', page, re.S)
    ]


async def kept(rooms: Rooms, type: str, patient: str) -> list[dict[str, Any]]:
    query = parse(type, [("patient", f"Patient/{patient}"), ("_count", "200")])
    found = await rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS).search(query)
    return [json.parse(v.body) for v in found.matches if v.body]


async def in_hospital(rooms: Rooms, patient: str) -> Stay:
    now = datetime.now(UTC)
    stay = Stay(patient, now - timedelta(days=3))
    await rooms.put(
        decided(patient),
        stay.encounter,
        stay.admission(now - timedelta(days=3)),
        stay.ready(now - timedelta(hours=1)),
    )
    return stay


async def test_the_board_says_who_lies_there_and_the_answer_is_one_click(rooms: Rooms) -> None:
    await in_hospital(rooms, "bjarne")
    kari = rooms.visitor("kari")
    shown = await kari.get("/forlop")
    assert shown.status_code == 200
    told = words(shown.text)
    assert "Utskrivningsklar" in told and "uten eier" in told and "Havnes sykehus HF" in told
    address, fields, text = next(f for f in forms(shown.text) if f[0] == "/pasient/bjarne/forlop/svar")
    sentence = re.search(r"Kommunen kan ta imot pasienten fra [\d.]+\.", text)
    assert sentence and answers.read(sentence[0]).can, text
    # Pressed thrice at once: who comes second must not give back the bed that the first has told the hospital of.
    thrice = await asyncio.gather(*(kari.post(address, data=fields) for _ in range(3)))
    assert [a.status_code for a in thrice] == [303] * 3, [words(a.text) for a in thrice]
    sent = thrice[0]
    assert sent.headers["akson-retyped"] == "0" and sent.headers["akson-typed"] == "0"
    note = next(c for c in await kept(rooms, "Communication", "bjarne") if c.get("inResponseTo"))
    assert sentence[0] in str(note)
    assert note["inResponseTo"] == [{"reference": f"Communication/{fields['melding']}"}]
    hold = next(a for a in await kept(rooms, "Appointment", "bjarne") if a.get("supportingInformation"))
    assert hold["status"] == "booked"
    again = await kari.post(address, data=fields)
    assert again.status_code == 303
    assert len([c for c in await kept(rooms, "Communication", "bjarne") if c.get("inResponseTo")]) == 1
    await rooms.outbox.promote()
    account = words((await kari.get("/forlop/regnskap")).text)
    # What was sent is counted by the post's own book, and visits of the day beside tasks.
    sent = re.search(r"Meldinger (\d+) sendt = \d+ bekreftet .* (\d+) underveis", account)
    assert sent and int(sent[2]) >= 1 and "Besøk i dag" in account and "0 uten eier" in account, account
    page = words((await kari.get("/pasient/bjarne/forlop")).text)
    assert sentence[0] in page and "Sendt, ikke bekreftet" in page and "Plass lovet" in page


async def test_a_bed_that_was_taken_meanwhile_gives_the_next_one(rooms: Rooms) -> None:
    await in_hospital(rooms, "siri-dahl")
    kari = rooms.visitor("kari")
    address, fields, _ = next(f for f in forms((await kari.get("/forlop")).text) if "/siri-dahl/" in f[0])
    now = datetime.now(UTC)
    beds = parse("Location", [("_id", fields["plass"])])
    system = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    place = json.parse((await system.search(beds)).matches[0].body or b"")
    from akson.care.casework.beds import Hold, hold

    other = Hold("en-annen", {"reference": "Patient/tom"}, now, now + timedelta(days=30), None)
    await rooms.put(*hold(place, other))
    answered = await kari.post(address, data=fields)
    assert answered.status_code == 409
    told = words(answered.text)
    assert (
        "ble lovet bort til en annen" in told and "Neste ledige er" in told and "Ingenting er sendt" in told
    )


async def test_one_without_a_relation_sees_nobody(rooms: Rooms) -> None:
    await in_hospital(rooms, "bjarne")
    omar = rooms.visitor("omar")
    assert (await omar.get("/pasient/astrid/forlop")).status_code == 404
    assert "/pasient/bjarne" not in (await omar.get("/forlop")).text


async def test_casework_from_application_to_letter_with_nothing_written_twice(rooms: Rooms) -> None:
    kari = rooms.visitor("kari")
    await rooms.put(decided("tom"))
    page = await kari.get("/pasient/tom/sak")
    assert page.status_code == 200
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token
    common = {"token": token[1]}
    asked = await kari.post(
        "/pasient/tom/sak/soknad",
        data={**common, "id": "a", "tjeneste": "15", "asked": "Hjelp morgen og kveld"},
    )
    assert asked.status_code == 303, words(asked.text)
    page = await kari.get("/pasient/tom/sak")
    case = re.search(r"vedtak\?sak=([\w-]+)", page.text)
    assert case and "Frist" in words(page.text)
    found = {**common, "id": "b", "sak": case[1], "text": "Klarer ikke stell alene etter bruddet."}
    assert (await kari.post("/pasient/tom/sak/vurdering", data=found)).status_code == 303
    page = await kari.get(f"/pasient/tom/sak/vedtak?sak={case[1]}")
    assert "Klarer ikke stell alene etter bruddet." in words(page.text)
    form = {**common, "id": "c", "sak": case[1], "tjeneste": "15", "enhet": "hjemmetjenesten-ost", "fra": "2026-12-01",
            "til": "", "runde": "2", "timer": "", "grounds": "Klarer ikke stell alene etter bruddet."}  # fmt: skip
    preview = await kari.post("/pasient/tom/sak/vedtak", data={**form, "gjor": "se"})
    assert "Slik blir brevet" in words(preview.text) and "to besøk om dagen" in words(preview.text)
    decided_now = await kari.post("/pasient/tom/sak/vedtak", data={**form, "gjor": "vedta"})
    assert decided_now.status_code == 303, words(decided_now.text)
    assert decided_now.headers["akson-retyped"] == "0"
    page = await kari.get("/pasient/tom/sak")
    brief = re.search(r'href="([^"]+/brev/[^"]+)"', page.text)
    assert brief and "Klagefrist" in words(page.text)
    letter = await kari.get(brief[1])
    assert "Begrunnelse: Klarer ikke stell alene" in words(letter.text)
    standing = re.search(r"vedtak\?vedtak=([\w-]+)", page.text)
    assert standing
    change = {
        **form,
        "id": "d",
        "sak": "",
        "vedtak": standing[1],
        "fra": "2026-12-10",
        "runde": "3",
        "gjor": "vedta",
    }
    assert (await kari.post("/pasient/tom/sak/vedtak", data=change)).status_code == 303
    page = await kari.get("/pasient/tom/sak")
    standing = re.search(r"vedtak\?vedtak=([\w-]+)", page.text)
    assert standing
    ended = await kari.post(
        "/pasient/tom/sak/slutt", data={**common, "vedtak": standing[1], "siste": "2026-12-31"}
    )
    assert ended.status_code == 303, words(ended.text)


async def test_a_hold_by_anothers_number_gives_no_bed_of_hers(rooms: Rooms) -> None:
    """The number of a hold follows from a field of the form."""
    now = datetime.now(UTC)
    kari = rooms.record.open(CAST["kari"], PurposeOfUse.TREATMENT)
    system = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    found = await system.search(parse("Location", [("_count", "200")]))
    places = [json.parse(v.body or b"") for v in found.matches]
    start = now + timedelta(days=200)
    free = beds.free(places, start, start + timedelta(days=2))[0]
    number = str(uuid.uuid4())
    hers = beds.Hold(number, {"reference": "Patient/tom"}, start, start + timedelta(days=2), None)
    assert len(await promised(kari, free["id"], hers, kari.commit)) == 2
    assert await promised(kari, free["id"], hers, kari.commit) == [], "asked twice it is one"
    with pytest.raises(Problem) as refused:
        await promised(kari, free["id"], replace(hers, patient={"reference": "Patient/bjarne"}), kari.commit)
    assert refused.value.id == "AKS-CASE-010"
    with pytest.raises(Problem) as nurse:
        ida = rooms.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
        await promised(ida, free["id"], hers, ida.commit)
    assert nurse.value.id == "AKS-CASE-020"


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("9999-12-31", ""), ("0001-01-01", ""), ("2026-12-01", "8999-12-31"), ("2026-12-01", "2026-11-01"),
        ("2031-12-01", "2031-12-14"), ("1950-01-01", ""),
    ],
)  # fmt: skip
def test_days_out_of_a_form_that_are_none_hold_no_bed(since: str, until: str) -> None:
    given = acting.read({"svar": "kan", "plass": "b", "fra": since, "til": until}, "new")
    assert given.since is None or not acting._reckoned(given, date(2026, 11, 27))
    assert acting._reckoned(replace(given, since=date(2026, 12, 1), until=None), date(2026, 11, 27))


@pytest.mark.parametrize(
    "odd",
    [
        {"timer": "NaN"}, {"timer": "Infinity"}, {"timer": "1E+999999"}, {"timer": "-5"}, {"timer": "1e-999999"},
        {"timer": "169"}, {"fra": "0001-01-01"}, {"fra": "9999-12-31"}, {"til": "9999-12-31"},
    ],
    ids=str,
)  # fmt: skip
async def test_amounts_and_days_that_are_none_are_no_decision(rooms: Rooms, odd: dict[str, str]) -> None:
    kari = rooms.visitor("kari")
    await rooms.put(decided("tom"))
    token = re.search(r'name="token" value="([^"]+)"', (await kari.get("/pasient/tom/sak")).text)
    assert token
    form = {"token": token[1], "id": str(odd), "tjeneste": "15", "enhet": "hjemmetjenesten-ost", "fra": "2026-12-01",
            "til": "", "runde": "0", "timer": "", "grounds": "Klarer ikke stell."} | odd  # fmt: skip
    before = len(await kept(rooms, "ServiceRequest", "tom"))
    for act in ("se", "vedta"):
        answered = await kari.post("/pasient/tom/sak/vedtak", data={**form, "gjor": act})
        assert answered.status_code == 422, (act, words(answered.text))
    assert len(await kept(rooms, "ServiceRequest", "tom")) == before
