"""The round against a real record: a package of the least, operations that come twice, conflicts that overwrite nothing."""

import asyncio
import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.care.round import writing
from akson.care.worklist import conservation
from akson.fhir.search.parsing import parse
from akson.record.acts.seen_offline import tell_gap
from akson.web.shell.reading import resources
from tests.web.conftest import Rooms
from tests.web.stage import UNIT, helped

PEOPLE = ("runde-a", "runde-b", "runde-c")
SECRET = "Ugjennomtrengelig hemmelig notat"


def planned(number: int, patient: str) -> dict[str, Any]:
    start = datetime.now(UTC) + timedelta(minutes=10 * number)
    return {
        "resourceType": "Appointment",
        "id": f"runde-{number}",
        "status": "booked",
        "serviceCategory": [
            {"coding": [{"system": "https://akson.no/fhir/CodeSystem/casework", "code": "visit"}]}
        ],
        "description": "Morgenstell og legemidler",
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
        "extension": [{"url": conservation.RESPONSIBLE, "valueReference": UNIT}],
        "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"}],
    }


async def prepared(rooms: Rooms) -> None:
    for number, id in enumerate(PEOPLE):
        person = {
            "resourceType": "Patient",
            "id": id,
            "identifier": [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": f"1285420028{number}"}],
            "name": [{"family": "Rundesen", "given": [f"Nummer {number}"]}],
            "birthDate": "1942-05-12",
        }
        note = {
            "resourceType": "ClinicalImpression",
            "id": f"{id}-notat",
            "status": "completed",
            "subject": {"reference": f"Patient/{id}"},
            "summary": SECRET,
        }
        await rooms.put(person, helped(id), note, planned(number, id))


def op(kind: str, sequence: int, patient: str, said: dict[str, Any], **more: Any) -> dict[str, Any]:
    at = datetime.now(UTC).isoformat()
    made = {"id": str(uuid.uuid4()), "device": "d1", "sequence": sequence, "at": at, "kind": kind}
    return made | {"patient": patient, "said": said} | more


def hers(told: dict[str, Any], body: object) -> dict[str, str]:
    return {"token": told["token"], "actor": told["actor"], "sendt": json.dumps(body)}


async def sent(who: httpx.AsyncClient, *operations: Any, **more: Any) -> dict[str, Any]:
    told = (await who.get("/runde/okt")).json()
    body = {"device": "d1", "counted": 0, "operations": operations, "views": []} | more
    answer = await who.post("/runde/send", data=hers(told, body))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def found(rooms: Rooms, type: str, **asked: str) -> list[dict[str, Any]]:
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    return resources((await session.search(parse(type, [*asked.items(), ("_count", "200")]))).matches)


async def test_the_package_and_what_comes_back(rooms: Rooms) -> None:
    await prepared(rooms)
    ida, lise = rooms.visitor("ida"), rooms.visitor("ida")
    told = (await ida.get("/runde/okt")).json()
    assert told["token"] and "Ida" in told["name"]
    answer = await ida.post("/runde/pakke", data=hers(told, {}))
    package = answer.json()
    mine = {v["id"]: v for v in package["visits"] if v["id"].startswith("runde-")}
    assert len(mine) == 3 and mine["runde-0"]["steps"] == ["Morgenstell", "Legemidler"]
    assert package["people"]["runde-a"]["name"] == "Rundesen, Nummer 0"
    assert SECRET not in answer.text and not re.search(r"1285420028|128542 0028", answer.text), "the least"

    done = op("visit", 1, "runde-a", {"outcome": "done", "did": ["Morgenstell"], "left": ["Legemidler"]},
              target="runde-0", base=mine["runde-0"]["version"])  # fmt: skip
    weight = op("measurement", 2, "runde-a", {"measure": "weight", "value": "71,4"}, target="runde-0")
    note = op("note", 3, "runde-a", {"text": "Blid og opplagt."}, target="runde-0")
    wrong = op("measurement", 4, "runde-a", {"measure": "pulse", "value": "9000"})
    first = await sent(ida, done, weight, note, wrong)
    assert [first["answers"][o["id"]] for o in (done, weight, note, wrong)] == ["taken"] * 3 + ["refused"], (
        first
    )
    twice = await asyncio.gather(*(sent(ida, done, weight, note) for _ in range(3)))
    assert all(set(t["answers"].values()) == {"again"} for t in twice)
    (visit,) = await found(rooms, "Appointment", _id="runde-0")
    assert (
        visit["status"] == "fulfilled" and visit["comment"] == "Gjort: Morgenstell. Ikke gjort: Legemidler."
    )
    (value,) = await found(rooms, "Observation", patient="runde-a")
    assert (
        str(value["valueQuantity"]["value"]) == "71.4"
        and value["performer"][0]["display"] == CAST["ida"].name
    )
    assert len(await found(rooms, "ClinicalImpression", patient="runde-a")) == 2

    late = op("visit", 5, "runde-a", {"outcome": "cancelled", "reason": "not-home"}, target="runde-0", base=1)
    racing = await asyncio.gather(*(sent(lise, late) for _ in range(4)))
    states = [r["answers"][late["id"]] for r in racing]
    assert sorted(set(states)) in (["again", "conflict"], ["conflict"]), states
    (item,) = await found(rooms, "Task", patient="runde-a", code="round-conflict")
    assert item["owner"] == UNIT and writing.operations(item) == [late["id"]]
    assert "Utført" in item["input"][0]["valueString"] and "Ikke hjemme" in item["input"][1]["valueString"]
    assert (await found(rooms, "Appointment", _id="runde-0"))[0]["status"] == "fulfilled", "not overwritten"
    assert "Ført ulikt om det samme" in (await ida.get("/innboks")).text


async def test_others_visits_go_along_only_when_asked_for(rooms: Rooms) -> None:
    await prepared(rooms)
    jonas = {"actor": {"reference": "Practitioner/jonas"}, "status": "accepted"}
    base = planned(1, "runde-c")
    await rooms.put(base | {"id": "runde-jonas", "participant": [*base["participant"], jonas]})
    ida = rooms.visitor("ida")
    told = hers((await ida.get("/runde/okt")).json(), {})
    for whole in ("", "1"):
        package = (await ida.post("/runde/pakke", data=told | {"whole": whole})).json()
        assert ("runde-jonas" in {v["id"] for v in package["visits"]}) == package["whole"] == bool(whole)
    await rooms.put(base | {"id": "runde-jonas", "status": "entered-in-error"})


async def test_moved_early_and_raced(rooms: Rooms) -> None:
    await prepared(rooms)
    ida = rooms.visitor("ida")
    (standing,) = await found(rooms, "Appointment", _id="runde-1")
    base = int(standing["meta"]["versionId"])
    to = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    moved = op("visit", 1, "runde-b", {"outcome": "moved", "to": to}, target="runde-1", base=base)
    after = op("visit", 2, "runde-b", {"outcome": "open"}, target="runde-1", base=base, after=moved["id"])
    assert (await sent(ida, after))["answers"] == {after["id"]: "early"}
    racing = await asyncio.gather(*(sent(ida, moved) for _ in range(4)))
    assert sorted(r["answers"][moved["id"]] for r in racing) == ["again", "again", "again", "taken"]
    hers = await found(rooms, "Appointment", patient="runde-b")
    assert sorted(v["status"] for v in hers) == ["booked", "cancelled"], "one in its place, whoever asks"


async def test_what_follows_a_refused_one_is_refused_and_not_early_for_ever(rooms: Rooms) -> None:
    await prepared(rooms)
    ida = rooms.visitor("ida")
    (standing,) = await found(rooms, "Appointment", _id="runde-2")
    about: dict[str, Any] = {"target": "runde-2", "base": int(standing["meta"]["versionId"])}
    first = op("visit", 1, "runde-c", {"outcome": "cancelled", "reason": "x"}, **about)
    second = op("visit", 2, "runde-c", {"outcome": "open"}, after=first["id"], **about)
    third = op("visit", 3, "runde-c", {"outcome": "done"}, after=second["id"], **about)
    told = await sent(ida, first, second, third)
    assert set(told["answers"].values()) == {"refused"} and "bygger på" in told["words"][third["id"]]
    assert (await sent(ida, second))["answers"] == {second["id"]: "early"}, "it may be on its way"
    assert (await sent(ida, second, never=[first["id"]]))["answers"] == {second["id"]: "refused"}
    done = op("visit", 4, "runde-c", {"outcome": "done"}, **about)
    again = op("visit", 5, "runde-c", {"outcome": "open"}, after=done["id"], **about)
    told = await sent(ida, done)
    told = await sent(ida, again, never=[done["id"]])
    assert told["answers"] == {again["id"]: "taken"}, (
        "what stands in the record did come, whatever the phone says"
    )


async def test_views_are_told_once_and_gaps_too(rooms: Rooms) -> None:
    await prepared(rooms)
    ida = rooms.visitor("ida")
    at = datetime.now(UTC).isoformat()
    seen = [[1, "runde-c", at], [2, "runde-c", at], [5, "runde-c", at]]
    first = await sent(ida, views=seen, counted=5, device="d9")
    assert (first["views"], first["missing"]) == (3, "3–4")
    again = await sent(ida, views=[*seen, [3, "runde-c", at], [4, "runde-c", at]], counted=5, device="d9")
    assert (again["views"], again["missing"]) == (2, "")
    await rooms.record.log.grow()
    session = rooms.record.open(CAST["per"], PurposeOfUse.OPERATIONS)
    lines = [line for line in await session.access_log("runde-c") if line.action == "read-offline"]
    assert len(lines) == 5 and all("uten nett" in line.words for line in lines)
    for wrong in ("", "[]", "{}", json.dumps({"device": "x", "counted": "z", "operations": [], "views": []})):
        told = hers((await ida.get("/runde/okt")).json(), {}) | {"sendt": wrong}
        answer = await ida.post("/runde/send", data=told)
        assert answer.status_code in (400, 422) and "AKS-ROUND-002" in answer.text


async def test_holes_without_end_are_one_event_and_few_words(rooms: Rooms) -> None:
    await prepared(rooms)
    ida, at = rooms.visitor("ida"), datetime.now(UTC).isoformat()
    views = [[n, "runde-c", at] for n in range(2, 202, 2)]
    missing = (await sent(ida, views=views, counted=202, device="d-holes"))["missing"]
    assert missing.endswith(" og 61 til") and len(missing) < 200
    session = rooms.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
    assert await tell_gap(session, "d-holes", "1, 3, 5, 7") == 0, (
        "told already, once for the device of this shift"
    )
    assert await tell_gap(session, "d-more", "1") == 1


async def test_who_may_not_see_her_neither_takes_along_nor_writes(rooms: Rooms) -> None:
    await prepared(rooms)
    omar = rooms.visitor("omar")
    told = (await omar.get("/runde/okt")).json()
    package = (await omar.post("/runde/pakke", data=hers(told, {}))).json()
    assert not [v for v in package["visits"] if v["id"].startswith("runde-")]
    note = op("note", 1, "runde-a", {"text": "Skal ikke stå."})
    done = op("visit", 2, "runde-a", {"outcome": "done"}, target="runde-2", base=1)
    answers = (await sent(omar, note, done))["answers"]
    assert set(answers.values()) == {"refused"}, "kept on the device, shown there"
    assert not [
        n
        for n in await found(rooms, "ClinicalImpression", patient="runde-a")
        if n["summary"] == "Skal ikke stå."
    ]


async def test_what_she_did_is_never_sent_as_another(rooms: Rooms) -> None:
    """Ida's phone, Omar's login in the same browser: nothing is taken, nothing goes out, and hers is taken later as hers."""
    await prepared(rooms)
    ida, omar = rooms.visitor("ida"), rooms.visitor("omar")
    note = op("note", 1, "runde-b", {"text": "Idas ord."}, device="d-other")
    seen = [[2, "runde-b", datetime.now(UTC).isoformat()]]
    body = {"device": "d-other", "counted": 2, "operations": [note], "views": seen}
    idas = (await ida.get("/runde/okt")).json()["actor"]
    token = (await omar.get("/runde/okt")).json()["token"]
    for path in ("/runde/send", "/runde/pakke"):
        for actor in ({"actor": idas}, {}):
            answer = await omar.post(path, data={"token": token, "sendt": json.dumps(body)} | actor)
            assert answer.status_code == 409 and "AKS-ROUND-003" in answer.text
    assert not [
        n for n in await found(rooms, "ClinicalImpression", patient="runde-b") if "Idas" in n["summary"]
    ]
    told = await sent(ida, note, views=seen, counted=2, device="d-other")
    assert told["answers"] == {note["id"]: "taken"} and told["views"] == 1
    (kept,) = [
        n for n in await found(rooms, "ClinicalImpression", patient="runde-b") if "Idas" in n["summary"]
    ]
    assert kept["assessor"]["display"] == CAST["ida"].name


async def test_the_page_is_the_same_for_all_and_the_worker_keeps_what_it_needs(rooms: Rooms) -> None:
    shells = [(await rooms.visitor(who).get("/runde")).content for who in ("", "ida")]
    assert shells[0] == shells[1] and b"Bakken" not in shells[0]
    worker = await rooms.visitor().get("/runde/arbeider.js")
    assert worker.headers["service-worker-allowed"] == "/runde"
    for address in json.loads(worker.text.partition("FILES = ")[2].partition(";")[0]):
        assert (await rooms.visitor().get(address)).status_code == 200, address
    main = next(a for a in re.findall(r'"(/static/round/main[^"]+)"', worker.text))
    for named in re.findall(r'from "([^"]+)"', (await rooms.visitor().get(main)).text):
        assert named in worker.text, f"{named} is not kept"


async def test_the_handover_tells_each_change_once(rooms: Rooms) -> None:
    await prepared(rooms)
    ida = rooms.visitor("ida")
    text = f"Ny rullator kom i dag {uuid.uuid4()}."
    await sent(ida, op("note", 1, "runde-c", {"text": text}))
    for _ in range(2):
        page = (await ida.get("/runde/overlapp?timer=4")).text
        assert page.count(text) == 1 and "Rundesen, Nummer 2" in page
    assert text not in (await rooms.visitor("omar").get("/runde/overlapp")).text
