"""Utdeling: the doses of today, each answered once, and what is given as needed."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.web.shell.reading import every_page, of_patient, resources
from tests.web.conftest import Rooms
from tests.web.test_patient_pages import words

PATH = "/pasient/astrid/utdeling"


def forms(page: str) -> dict[str, str]:
    """Name and clock -> key of each dose that may be answered now."""
    found = re.findall(r'name="dose" value="([^"]+)".*?aria-label="Gitt: ([^"]+)"', page, re.S)
    return {name: key for key, name in found}


def token(page: str) -> str:
    return re.findall(r'name="token" value="([^"]+)"', page)[0]


async def test_the_day_is_read_from_the_list_in_use(rooms: Rooms) -> None:
    """What the hospital and the daughter say stands inside their lists, and is not given from: no dose stands twice."""
    page = (await rooms.visitor("ida").get(PATH)).text
    assert "Levotyroksin 75 µg tablett" in words(page) and "Ved behov" in words(page)
    assert len([name for name in forms(page) if name.startswith("Apiksaban")]) == 2, "morning and evening"
    assert all(key.startswith("MedicationStatement/") for key in forms(page).values())


async def test_a_dose_is_answered_once_by_whoever_was_first(rooms: Rooms) -> None:
    ida, siri = rooms.visitor("ida"), rooms.visitor("siri")
    page = (await ida.get(PATH)).text
    name, key = next(iter(forms(page).items()))
    fields = {"token": token(page), "dose": key}
    without = await ida.post(PATH, data={**fields, "gjor": "ikke-gitt", "hvorfor": " "})
    assert without.status_code == 409 and "Skriv hvorfor dosen ikke ble gitt." in without.text
    done = await ida.post(PATH, data={**fields, "gjor": "gitt"})
    assert done.status_code == 303
    told = (await ida.get(PATH)).text
    assert key not in forms(told).values() and "Gitt kl. " in words(told), name
    old = f"{key.split('|')[0]}|2026-01-01|M"
    gone = await ida.post(PATH, data={**fields, "dose": old, "gjor": "gitt"})
    assert gone.status_code == 409 and "står ikke på dagens liste" in words(gone.text)
    late = await siri.post(
        PATH, data={**fields, "token": token((await siri.get(PATH)).text), "gjor": "ville-ikke"}
    )
    assert late.status_code == 409 and "Noen andre har ført denne dosen." in late.text


async def test_as_needed_is_given_and_counted(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    page = (await ida.get(PATH)).text
    line = re.findall(r'name="linje" value="([^"]+)"', page)[0]
    fields = {
        "token": token(page),
        "linje": line,
        "gjor": "behov",
        "mengde": "2 tabletter",
        "hvorfor": "Vondt i kneet",
    }
    assert (await ida.post(PATH, data=fields)).status_code == 303
    assert "Sist gitt i dag kl. " in words((await ida.get(PATH)).text)


def _needed(page: str) -> dict[str, str]:
    form = re.findall(r'name="skjema" value="([^"]+)"', page)[0]
    line = re.findall(r'name="linje" value="([^"]+)"', page)[0]
    return {"token": token(page), "linje": line, "skjema": form, "gjor": "behov", "mengde": "1 tablett"}


async def _written(rooms: Rooms) -> list[dict[str, Any]]:
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    found = await every_page(session, of_patient("MedicationAdministration", "astrid"))
    return resources(found.matches)


async def test_a_form_sent_twice_is_one_dose_and_the_next_form_another(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    before = len(await _written(rooms))
    fields = _needed((await ida.get(PATH)).text)
    assert (await ida.post(PATH, data=fields)).status_code == 303
    again = await ida.post(PATH, data=fields)
    assert again.status_code == 409 and "dette er ført allerede" in words(again.text)
    assert len(await _written(rooms)) == before + 1
    # As on Thursday, when what was given on Monday is no longer among what is read.
    for one in await _written(rooms):
        long_ago = {
            "effectiveDateTime": (datetime.now(UTC) - timedelta(days=4)).isoformat(timespec="seconds")
        }
        await rooms.put(json.loads(json.dumps({**one, **long_ago}, default=float)))
    assert (await ida.post(PATH, data=_needed((await ida.get(PATH)).text))).status_code == 303
    assert len(await _written(rooms)) == before + 2


async def test_a_drug_told_by_reference_has_its_name_and_a_nameless_one_no_button(rooms: Rooms) -> None:
    drug = {"resourceType": "Medication", "id": "digoksin", "code": {"text": "Digoksin", "coding": [
        {"system": "http://www.whocc.no/atc", "code": "C01AA05"}]}}  # fmt: skip
    line = {"resourceType": "MedicationStatement", "status": "active", "subject": {"reference": "Patient/astrid"},
            "dosage": [{"text": "1 + 0 + 0 + 0"}]}  # fmt: skip
    await rooms.put(
        drug,
        {**line, "id": "med-navn", "medicationReference": {"reference": "Medication/digoksin"}},
        {
            **line,
            "id": "uten-navn",
            "medicationReference": {"identifier": {"system": "urn:x", "value": "1"}},
        },
    )
    page = (await rooms.visitor("ida").get(PATH)).text
    assert any(name.startswith("Digoksin") for name in forms(page))
    assert "Uten navn" in page and not any(name.startswith("Uten navn") for name in forms(page))


async def test_who_has_no_duty_sees_no_doses(rooms: Rooms) -> None:
    answer = await rooms.visitor("omar").get(PATH)
    assert answer.status_code == 404 and "Furosemid" not in answer.text
