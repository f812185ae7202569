"""What happens to a dose after it was given: confirmed by a second person, its effect told, taken back with both trails."""

import re

from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from tests.web.conftest import Rooms
from tests.web.stage import task
from tests.web.test_administration import PATH, forms, token
from tests.web.test_patient_pages import words


def spare(page: str) -> str:
    """A dose that no other test of the same record looks for."""
    return [key for name, key in forms(page).items() if not name.startswith("Apiksaban")][-1]


def waiting(page: str) -> list[str]:
    return re.findall(r'name="foring" value="([^"]+)">\s*<button[^>]*value="bekreft"', page)


async def test_a_second_person_confirms_and_never_the_same(rooms: Rooms) -> None:
    ida, siri = rooms.visitor("ida"), rooms.visitor("siri")
    page = (await ida.get(PATH)).text
    key = spare(page)
    done = await ida.post(PATH, data={"token": token(page), "dose": key, "gjor": "gitt", "to": "ja"})
    assert done.status_code == 303
    mine = (await ida.get(PATH)).text
    assert "En annen må bekrefte." in mine and not waiting(mine)
    hers = (await siri.get(PATH)).text
    (id,) = waiting(hers)
    fields = {"foring": id, "gjor": "bekreft"}
    assert (await ida.post(PATH, data={**fields, "token": token(mine)})).status_code == 409
    assert (await siri.post(PATH, data={**fields, "token": token(hers)})).status_code == 303
    told = words((await ida.get(PATH)).text)
    assert re.search(r"Gitt kl\. [\d:.]+, Ida \w+ og Siri", told) and "Venter på bekreftelse" not in told
    again = await siri.post(PATH, data={**fields, "token": token(hers)})
    assert again.status_code == 409, "confirmed once"


async def test_taken_back_is_open_again_and_both_trails_stand(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    page = (await ida.get(PATH)).text
    key = spare(page)
    await ida.post(PATH, data={"token": token(page), "dose": key, "gjor": "ville-ikke"})
    page = (await ida.get(PATH)).text
    row = page[page.index("Ville ikke ta den kl.") :]
    id = re.findall(r'name="foring" value="([^"]+)"', row)[0]
    fields = {"token": token(page), "foring": id, "gjor": "tilbake"}
    assert (await ida.post(PATH, data={**fields, "hvorfor": " "})).status_code == 409
    assert (await ida.post(PATH, data={**fields, "hvorfor": "Feil pasient"})).status_code == 303
    page = (await ida.get(PATH)).text
    assert key in forms(page).values()
    assert re.search(r"Tatt tilbake i dag kl\. [\d:.]+, Ida \w+: Feil pasient", words(page))
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    history = await session.history("MedicationAdministration", id)
    assert len(history.versions) == 2
    done = await ida.post(PATH, data={"token": token(page), "dose": key, "gjor": "gitt"})
    assert done.status_code == 303 and key not in forms((await ida.get(PATH)).text).values()


async def test_as_needed_is_two_presses_and_its_effect_one(rooms: Rooms) -> None:
    """U4: open the line, press «Gitt»; amount and reason stand there already."""
    ida = rooms.visitor("ida")
    page = (await ida.get(PATH)).text
    line = re.findall(r'name="linje" value="([^"]+)"', page)[-1]
    form = page[page.index(f'value="{line}"') :]
    amount = re.findall(r'name="mengde" value="([^"]*)"', form)[0]
    assert amount
    fields = {"token": token(page), "linje": line, "gjor": "behov", "mengde": amount}
    assert (await ida.post(PATH, data=fields)).status_code == 303
    page = (await ida.get(PATH)).text
    id = re.findall(r'class="effect".*?name="foring" value="([^"]+)"', page, re.S)[-1]
    fields = {"token": token(page), "foring": id, "gjor": "effekt-nei", "effekt": "Fortsatt vondt"}
    assert (await ida.post(PATH, data=fields)).status_code == 303
    assert "Ingen effekt: Fortsatt vondt" in words((await ida.get(PATH)).text)


async def test_the_item_about_a_missed_dose_is_done_when_the_dose_is_answered(rooms: Rooms) -> None:
    ida = rooms.visitor("ida")
    page = (await ida.get(PATH)).text
    key = spare(page)
    about = [{"system": "https://akson.no/fhir/NamingSystem/planned-dose", "value": key}]
    await rooms.put({**task("dose-uten-svar", "astrid"), "identifier": about})
    answer = {"token": token(page), "dose": key, "gjor": "ikke-gitt", "hvorfor": "Var ikke hjemme"}
    assert (await ida.post(PATH, data=answer)).status_code == 303
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    (newest, *_) = (await session.history("Task", "dose-uten-svar")).versions
    assert newest.body is not None and b'"completed"' in newest.body
