"""A nurse and the GP in writing: the right form opens from the code, filled from the record; nothing is lost on the way."""

import html
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from akson import web
from akson.access.actor import PurposeOfUse
from akson.app.cast import CAST
from akson.app.letters import HouseLetters
from akson.care.pathway.gp_effects import TASKS
from akson.exchange import mirror
from akson.exchange.opening import open_message
from akson.exchange.partners.instead import PHONE, TYPE, Instead
from akson.exchange.partners.sending import Answer, Verdict
from akson.exchange.reader import PostReader
from akson.fhir.codec import json
from akson.fhir.search.parsing import parse
from akson.web.shell.house import NodeName
from akson.world import SystemClock, SystemRandom
from akson_lab import gp
from akson_lab.facts import Party, Shipment
from tests.exchange.samples import stay
from tests.web.conftest import Rooms
from tests.web.test_write import all_fields, form, sent, words

GP = Party("Torget legesenter", "990301", "Fastlege Grete Lund", "990302")
US = Party("Storvik kommune", "990001", "Sykepleietjeneste", "990002")
TAKES = (
    "DIALOG_FORESPORSEL",
    "DIALOG_SVAR",
    "HELSEOPPLYSNINGER_LEGE",
    "ORIENTERING_TJENESTETILBUD",
    "LOG_DOD",
)
PATH = "/pasient/astrid/ny-melding"


async def request(rooms: Rooms, code: str, *, hurry: bool = False) -> str:
    """A request of the GP in the record, with the item that the post makes of it; gives its id."""
    message, item = asked(code, hurry=hurry)
    await rooms.put(message, item)
    return str(message["id"])


def asked(code: str, *, hurry: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
    """The Communication of a request, and the post's item."""
    id, at = str(uuid.uuid4()), datetime.now(UTC) - timedelta(hours=1)
    facts = stay(sender=GP, receiver=US, sent_at=at)
    document = gp.request_message(facts, Shipment(id), topic="Spørsmål", text="Hva gjelder?", code=code)
    if hurry:
        document = document.replace(b"</Sporsmal>", b'</Sporsmal><Hastegrad V="3" DN="Innen 24 timer"/>')
    place = {"reference": "Organization/hjemmetjenesten-ost", "display": "Hjemmetjenesten Øst"}
    doctor = {"reference": "Organization/torget-lund", "display": "Torget legesenter, Fastlege Grete Lund"}
    around = mirror.Around(doctor, (place,), at.isoformat(), {"reference": "Patient/astrid"})
    message = mirror.to_fhir(open_message(document).message(), around)
    item = {
        "resourceType": "Task", "id": f"sak-{id}", "status": "requested", "intent": "order", "owner": place,
        "code": {"coding": [{"system": TASKS, "code": "dialogue-request"}], "text": "Forespørsel"},
        "for": {"reference": "Patient/astrid"}, "focus": {"reference": f"Communication/{id}"},
    }  # fmt: skip
    return {**message, "id": id}, item


async def status(rooms: Rooms, id: str) -> str:
    version = await rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS).read("Task", id)
    return str(json.parse(version.body or b"{}")["status"])


async def opened(ida: httpx.AsyncClient, **asked: str) -> str:
    answer = await ida.get(PATH, params=asked)
    assert answer.status_code == 200, words(answer.text)
    return answer.text


@pytest.mark.parametrize(
    ("code", "type", "filled"),
    [
        ("1", "HELSEOPPLYSNINGER_LEGE", ("Hjertesvikt", "Furosemid")),
        ("3", "ORIENTERING_TJENESTETILBUD", ("Helsetjenester i hjemmet", "fra vedtak")),
        ("4", "EPJ-EKSTRAKT", ("Furosemid", "fra legemiddellisten")),
        ("5", "HELSEOPPLYSNINGER_LEGE", ("Hjertesvikt",)),
        ("6", "DIALOG_SVAR", ("Svar på",)),
        ("8", "DIALOG_SVAR", ("Status og plan", "Helsetjenester i hjemmet")),
        ("99", "DIALOG_SVAR", ("Svar på",)),
    ],
)
async def test_the_code_opens_its_form_and_the_answer_ends_the_item(
    rooms: Rooms, code: str, type: str, filled: tuple[str, ...]
) -> None:
    about = await request(rooms, code)
    ida = rooms.visitor("ida")
    page = await opened(ida, svar=about)
    assert form(page)["type"] == type and form(page)["svar"] == about
    for told in filled:
        assert told in words(page), told
    given = all_fields(page, type)
    answer = await ida.post(PATH, data=given)
    assert answer.status_code == 303, words(answer.text)
    (told,) = [c for c in await sent(rooms) if c["id"] == answer.headers["location"].partition("#m-")[2]]
    assert told["inResponseTo"] == [{"reference": f"Communication/{about}"}]
    assert await status(rooms, f"sak-{about}") == "completed"
    thread = words((await ida.get(f"/pasient/astrid/meldinger/{about}")).text)
    assert "Samtalen" in thread and "til Torget legesenter" in thread


async def test_what_services_she_has_is_answered_with_nothing_typed(rooms: Rooms) -> None:
    page = await opened(rooms.visitor("ida"), svar=await request(rooms, "3"))
    assert not re.findall(r'name="felt-', page)


async def test_another_form_may_be_chosen_and_a_fault_told(rooms: Rooms) -> None:
    about = await request(rooms, "3")
    ida = rooms.visitor("ida")
    chosen = await opened(ida, svar=about, velg="1")
    first = re.search(r'<option value="([^"]+)"', chosen)
    assert first and first[1] == "ORIENTERING_TJENESTETILBUD", "the likeliest first"
    fault = await opened(ida, svar=about, type="DIALOG_AVVIK")
    answer = await ida.post(PATH, data=all_fields(fault, "avvik"))
    assert answer.status_code == 303
    assert await status(rooms, f"sak-{about}") == "requested", "a fault is no answer"
    assert "Samtalen" in (await ida.get(f"/pasient/astrid/meldinger/{about}")).text


async def test_urgent_unanswered_is_shown_with_its_timer(rooms: Rooms) -> None:
    about = await request(rooms, "6", hurry=True)
    ida = rooms.visitor("ida")
    shown = words((await ida.get(f"/pasient/astrid/meldinger/{about}")).text)
    assert "Venter på svar" in shown and "Haster: ring også" in shown and "Frist" in shown
    assert "Meld feil i meldingen" in shown


@pytest.mark.parametrize("code", ["6", "7", "4"])
async def test_she_asks_her_gp_with_the_code_chosen(rooms: Rooms, code: str) -> None:
    ida = rooms.visitor("ida")
    listed = html.unescape((await ida.get("/pasient/astrid/meldinger")).text)
    link = f"{PATH}?type=DIALOG_FORESPORSEL&til=990302&hva={code}"
    assert link in listed and "Spør Torget legesenter, Fastlege Grete Lund om" in words(listed)
    page = (await ida.get(link)).text
    assert re.search(rf'<option value="{code}" selected>', page)
    typed = {"felt-kind": code, "felt-text": "Vi trenger dette.", "felt-urgency": "3"}
    given = {**form(page), **typed, "gjor": "send", "bekreft": "ja"}
    answer = await ida.post(PATH, data=given)
    assert answer.status_code == 303, words(answer.text)
    (told,) = [c for c in await sent(rooms) if c["id"] == answer.headers["location"].partition("#m-")[2]]
    assert told["priority"] == "urgent"


def partial(rooms: Rooms) -> Any:
    """The screens, where the GP takes few types."""

    async def may_send(type: str, her: str) -> Answer:
        if type in TAKES or her != "990302":
            return Answer(Verdict.YES, "1.1" if type.startswith("DIALOG") else "1.6")
        stands_in = Instead(TYPE, "Skriv henvendelsen som forespørsel.", "DIALOG_FORESPORSEL")
        phone = Instead(PHONE, "Ring mottakeren.")
        return Answer(Verdict.NO, "", "Legen tar ikke imot denne meldingen.", (stands_in, phone))

    letters = HouseLetters(
        rooms.outbox, rooms.sent, clock=SystemClock(), random=SystemRandom(), may_send=may_send
    )
    return web.build(
        rooms.record, sessions=rooms.sessions, clock=SystemClock(), node=NodeName("Storvik kommune"), login=None,
        letters=letters, reads=PostReader(),
    )  # fmt: skip


async def test_a_partial_doctor_gets_what_he_can_take(rooms: Rooms) -> None:
    ida = rooms.visitor("ida", partial(rooms))
    page = await opened(ida, svar=await request(rooms, "4"))
    assert form(page)["type"] == "HELSEOPPLYSNINGER_LEGE", "he does not take the extract"


async def test_what_cannot_go_is_changed_or_phoned_about_and_never_lost(rooms: Rooms) -> None:
    ida = rooms.visitor("ida", partial(rooms))
    page = await opened(ida, type="DIALOG_HELSEFAGLIG", til="990302")
    assert "Legen tar ikke imot denne meldingen." in words(page)
    given = {**form(page), "felt-text": "Hun hovner i leggene.", "felt-subject": "Ødem"}
    held = await ida.post(PATH, data={**given, "gjor": "send", "bekreft": "ja"})
    assert held.status_code == 422 and "Hun hovner i leggene." in held.text
    other = await ida.post(PATH, data={**given, "annen-type": "DIALOG_FORESPORSEL", "gjor": "bytt"})
    assert form(other.text)["type"] == "DIALOG_FORESPORSEL" and "Hun hovner i leggene." in other.text
    for _ in range(2):
        assert (await ida.post(PATH, data={**given, "gjor": "ring"})).status_code == 303
    inbox = words((await ida.get("/innboks")).text)
    assert "Ring Torget legesenter, Fastlege Grete Lund" in inbox and "Hun hovner i leggene." in inbox
    session = rooms.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
    found = await session.search(parse("Task", [("patient", "astrid"), ("code", "call-partner")]))
    assert len(found.matches) == 1, "pressed twice it is one"
