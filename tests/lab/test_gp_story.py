"""US-05: the nurses and the doctor's office of the lab in writing, over loopback HTTP, through the screens of a node.

Helseopplysninger til lege → medisinske opplysninger; renewal and appointment; the doctor asks which services she has;
urgent; a message that was wrong. The office takes three care messages and sends two.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.app.nodes import RunningNode, akson, node
from tests.lab.test_together import Lab, lab, shared_or_none, wait
from tests.web.test_reconciliation_screen import answers, fields, hidden
from tests.web.test_write import form, words

__all__ = ["lab", "shared_or_none"]
DOCTOR, NURSES = "990302", 990002
PATH = "/pasient/astrid/ny-melding"


class Nurse:
    """Ida before the screens, as a browser without script."""

    def __init__(self, running: RunningNode, lab: Lab) -> None:
        self.running, self.lab = running, lab
        self.client = httpx.Client(base_url=running.address, headers={"origin": running.address}, timeout=30)
        assert self.client.post("/logg-inn", data={"hvem": "ida"}).status_code == 303

    def page(self, path: str, **asked: str) -> str:
        answer = self.client.get(path, params=asked or None)
        assert answer.status_code == 200, words(answer.text)
        return answer.text

    def send(self, page: str, **typed: str) -> str:
        """Sends the form of the page; gives the id of the Communication."""
        fields = {f"felt-{name}": text for name, text in typed.items()}
        answer = self.client.post(PATH, data={**form(page), **fields, "gjor": "send", "bekreft": "ja"})
        assert answer.status_code == 303, words(answer.text)
        return answer.headers["location"].partition("#m-")[2]

    def letter(self, id: str) -> str:
        return words(self.page(f"/pasient/astrid/meldinger/{id}"))

    def came(self, type: str, about: str = "") -> list[dict[str, Any]]:
        """Communications of the type that came in."""
        found = self._found(f"/fhir/Communication?patient=Patient/astrid&category={type}&_count=100")
        return [c for c in found if "received" in c and (not about or about in json.dumps(c))]

    def sent(self) -> list[dict[str, Any]]:
        return self._found("/fhir/Communication?patient=Patient/astrid&_count=200")

    def items(self) -> list[tuple[str, str, str]]:
        """(title, status, priority) of what waits for anybody about her."""
        return [
            (t["code"]["text"], t["status"], t["priority"])
            for t in self._found("/fhir/Task?patient=Patient/astrid&_count=200")
        ]

    def waits_for(self, *titles: str) -> Callable[[], bool]:
        return lambda: set(titles) <= {title for title, status, _ in self.items() if status == "requested"}

    def ends(self, title: str) -> Callable[[], bool]:
        return lambda: title not in {t for t, status, _ in self.items() if status == "requested"}

    def _found(self, path: str) -> list[dict[str, Any]]:
        _, body = self.running.get(path, self._token())
        return [entry["resource"] for entry in json.loads(body).get("entry", ())]

    def _token(self) -> str:
        if not hasattr(self, "_kept"):
            self._kept = self.running.token()
        return self._kept


@pytest.fixture
def ida(lab: Lab) -> Iterator[Nurse]:
    with node(lab.data, "--workers", "1", command="up") as running:
        nurse = Nurse(running, lab)
        yield nurse
        nurse.client.close()


def received(lab: Lab, type: str) -> list[dict[str, Any]]:
    return [got for got in lab.books("gp")["received"] if got["type"] == type and got["status"] == "1"]


def test_the_whole_dialogue(ida: Nurse, lab: Lab) -> None:
    _swollen_legs(ida, lab)
    _asks_of_the_doctor(ida, lab)
    _asked_by_the_doctor(ida, lab)
    _wrong(ida, lab)
    _partial(ida, lab)
    _shares_her_list(ida, lab)


def _swollen_legs(ida: Nurse, lab: Lab) -> None:
    asked = ("HELSEOPPLYSNINGER_LEGE", "--patient", "astrid", "--as", "ida", "--to", "gp", "--json")
    shown = akson("message", "build", *asked, "--data", lab.data)
    assert "Grete Lund" in json.loads(shown.stdout)["receiver"], "nobody types an address that the record has"
    page = ida.page(PATH, type="HELSEOPPLYSNINGER_LEGE", til=DOCTOR)
    assert "Furosemid" in words(page) and "Hjertesvikt" in words(page)
    sent = ida.send(page, kind="3", problem="Hovne legger.", wanted="Vurdering.", summary="Vekt opp 2 kg.")
    wait(lambda: received(lab, "HELSEOPPLYSNINGER_LEGE"))
    wait(lambda: ida.came("MEDISINSKE_OPPLYSNINGER"))
    (answer,) = ida.came("MEDISINSKE_OPPLYSNINGER")
    assert "furosemid" in json.dumps(answer).casefold()
    wait(ida.ends("Venter på svar fra lege"))
    told = ida.letter(sent)
    assert "Medisinske opplysninger fra lege" in told and "Bekreftet av mottaker" in told
    assert "furosemid fra 40 til 60 mg" in told, "the answer is read where the question stands"


def _asks_of_the_doctor(ida: Nurse, lab: Lab) -> None:
    links = html.unescape(ida.page("/pasient/astrid/meldinger"))
    for code, answer in (("6", "Resepten er fornyet"), ("7", "time i morgen")):
        link = f"{PATH}?type=DIALOG_FORESPORSEL&til={DOCTOR}&hva={code}"
        assert link in links
        sent = ida.send(
            ida.page(link), kind=code, text="Kan du ordne dette?", urgency="3" if code == "6" else "9"
        )
        wait(lambda answer=answer: ida.came("DIALOG_SVAR", answer))
        wait(lambda sent=sent, answer=answer: answer in ida.letter(sent))
    wait(ida.ends("Ringe om hastemelding"))
    wait(ida.ends("Venter på svar fra lege"))


def _asked_by_the_doctor(ida: Nurse, lab: Lab) -> None:
    asked = lab.ask(
        "/lab/send", {"type": "request", "house": "gp", "how": {"code": "3", "topic": "Tjenester"}}
    )["msg_id"]
    wait(lambda: ida.came("DIALOG_FORESPORSEL", asked.lower()))
    (request,) = ida.came("DIALOG_FORESPORSEL", asked.lower())
    wait(ida.waits_for("Forespørsel"))
    page = ida.page(PATH, svar=request["id"])
    assert form(page)["type"] == "ORIENTERING_TJENESTETILBUD" and not re.findall(r'name="felt-', page)
    ida.send(page)
    wait(lambda: [g for g in received(lab, "ORIENTERING_TJENESTETILBUD") if g["parent"] == asked.lower()])
    wait(ida.ends("Forespørsel"))


def _wrong(ida: Nurse, lab: Lab) -> None:
    """Both ways: the doctor complains of ours, and we of his; each keeps its link."""
    page = ida.page(PATH, type="ORIENTERING_TJENESTETILBUD", til=DOCTOR)
    sent = ida.send(page)
    wait(lambda: len(received(lab, "ORIENTERING_TJENESTETILBUD")) == 2)
    lab.ask("/lab/send", {"type": "deviation", "house": "gp", "how": {"fault": "1"}})
    wait(lambda: ida.came("DIALOG_AVVIK"))
    wait(ida.waits_for("Feil i melding vi har sendt"))
    inbox = ida.page("/innboks")
    assert "Meldingen det gjelder" in inbox and f"/pasient/astrid/meldinger/{sent}" in inbox
    assert "Feil i melding vi har sendt" in ida.letter(sent)
    officer = httpx.Client(base_url=ida.running.address, headers={"origin": ida.running.address}, timeout=30)
    assert officer.post("/logg-inn", data={"hvem": "mats"}).status_code == 303
    counted = words(officer.get("/meldinger").text)
    assert "Meldt feil i meldinger" in counted and re.search(
        r"Fastlege Grete Lund.* 1 av \d+ 0 av \d+", counted
    )
    (answer, *_) = ida.came("DIALOG_SVAR")
    complaint = ida.page(PATH, svar=answer["id"], type="DIALOG_AVVIK")
    # This office takes no deviations: they go as what it takes, with the words and the link.
    typed = {"felt-fault": "1", "felt-text": "Gjelder en annen pasient."}
    other = {**form(complaint), **typed, "annen-type": "DIALOG_FORESPORSEL", "gjor": "bytt"}
    page = ida.client.post(PATH, data=other).text
    assert form(page)["type"] == "DIALOG_FORESPORSEL" and "Gjelder en annen pasient." in page
    before = len(received(lab, "DIALOG_FORESPORSEL"))
    told_of = ida.send(page, kind="99", text="Gjelder en annen pasient.", urgency="9")
    wait(lambda: len(received(lab, "DIALOG_FORESPORSEL")) == before + 1)
    (got,) = [c for c in ida.sent() if c["id"] == told_of]
    assert got["inResponseTo"] == [{"reference": f"Communication/{answer['id']}"}]
    assert "Gjelder en annen pasient." in ida.letter(answer["id"])


def _partial(ida: Nurse, lab: Lab) -> None:
    """What the office does not take is told before it is sent; nothing goes, and somebody is to phone."""
    page = ida.page(PATH, type="DIALOG_HELSEFAGLIG", til=DOCTOR)
    assert "tar ikke imot denne meldingen" in words(page) and "Skriv henvendelsen som forespørsel" in words(
        page
    )
    phoned = ida.client.post(PATH, data={**form(page), "felt-text": "Ring meg.", "gjor": "ring"})
    assert phoned.status_code == 303
    assert "Ring Torget legesenter, Fastlege Grete Lund" in words(ida.page("/innboks"))
    refused = [g for g in lab.books("gp")["received"] if g["status"] != "1"]
    assert {g["type"] for g in refused} <= {"DIALOG_AVVIK"}, "nothing that it does not take was sent"


RECONCILE, SHARED = "/pasient/astrid/legemidler/samstemming", "/pasient/astrid/legemidler/delt"


def _shares_her_list(ida: Nurse, lab: Lab) -> None:
    """To the prescription hub and back: delivered, refused because a doctor was first, asked for, reconciled, delivered."""

    def signs(pick: int) -> None:
        page = ida.page(RECONCILE)
        answer = ida.client.post(RECONCILE, data={**fields(page), **answers(page, pick), "gjor": "signer"})
        assert answer.status_code == 303, words(answer.text)

    def at_hub() -> dict[str, Any]:
        (standing,) = lab.ask("/lab/house/hub")["lists"]
        return standing

    def told(what: str) -> Callable[[], bool]:
        return lambda: what in words(ida.page(SHARED)).partition("(PLL)")[2].partition("Pasienten")[0]

    signs(1)
    wait(told("Delt. Bekreftet av mottaker"))
    assert (at_hub()["by"], at_hub()["versions"]) == (NURSES, 1) and lab.books("hub")["received"][0][
        "valid"
    ] is not False
    lab.ask("/lab/send", {"type": "changed-by-doctor", "how": {}})
    signs(1)
    wait(told("Lista er endret av andre siden dere hentet den"))
    assert at_hub()["versions"] == 2, "the doctor's change stands"
    fetched = ida.client.post(SHARED, data={**hidden(ida.page(SHARED)), "gjor": "hent"})
    assert fetched.status_code == 303, words(fetched.text)
    wait(told("Gjeldende liste ble hentet"))
    wait(lambda: "Warfarin" in ida.page(RECONCILE))
    signs(1)
    wait(told("Delt. Bekreftet av mottaker"))
    assert (at_hub()["by"], at_hub()["versions"]) == (NURSES, 3)
    assert [got["status"] for got in lab.books("hub")["received"]] == ["1", "2", "1", "1"]
