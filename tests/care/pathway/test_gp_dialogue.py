"""Requests between nurses and GP: real messages of each kind, read and mirrored as the post does, and what follows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.exchange.samples import bent, id, stay

from akson.care.fhir_json import Resource
from akson.care.pathway import events, rules, said
from akson.care.pathway.conversation import OUT
from akson.care.pathway.effects import TASKS
from akson.care.pathway.gp import GpThread, gp_threads
from akson.care.pathway.gp_effects import gp_effects
from akson.care.pathway.said import OSLO
from akson.exchange import mirror
from akson.exchange.opening import open_message
from akson_lab import gp
from akson_lab.facts import Party, Shipment

GP = Party("Torget legesenter", "990301", "Fastlege Grete Lund", "990302")
US = Party("Storvik kommune", "990001", "Sykepleietjeneste", "990002")
NOON = datetime(2026, 11, 24, 12, tzinfo=OSLO)
PATIENT = "Patient/astrid"
OWNERS = {"nurse": {"reference": "Organization/ost"}, "leader": {"reference": "Practitioner/lise"}}
URGENT = '<Hastegrad V="3" DN="Innen 24 timer"/>'


@dataclass
class Talk:
    """What was said, as the post has put it in the record."""

    told: list[Resource] = field(default_factory=list)
    tasks: list[Resource] = field(default_factory=list)

    def message(
        self, number: int, by: Party, make: Callable[..., bytes], *, about: int = 0, after_h: float = 0,
        bend: tuple[tuple[str, str], ...] = (), **how: Any,
    ) -> str:  # fmt: skip
        at = NOON + timedelta(hours=after_h)
        facts = stay(sender=by, receiver=US if by is GP else GP, sent_at=at)
        document = bent(make(facts, Shipment(id(number), parent=id(about) if about else ""), **how), *bend)
        opened = open_message(document)
        assert not opened.faults, opened.faults
        message = opened.message()
        received = at.isoformat() if by is GP else ""
        names = ({"display": p.organisation} for p in (by, US if by is GP else GP))
        around = mirror.Around(next(names), (next(names),), received, {"reference": PATIENT})
        told = mirror.to_fhir(message, around)
        self.told.append({**told, "id": f"m{number}"})
        return f"Communication/m{number}"

    def threads(self, after_h: float) -> list[GpThread]:
        heard = events.stays_of((), self.told)
        return gp_threads(heard.others, rules.load(), NOON + timedelta(hours=after_h))

    def act(self, after_h: float) -> list[tuple[str, str]]:
        """What the house changes, done; (kind, title of the Task)."""
        now = NOON + timedelta(hours=after_h)
        changes = gp_effects(self.threads(after_h), self.tasks, patient=PATIENT, owners=OWNERS, now=now)
        for change in changes:
            made = {**change.resource, "id": change.resource.get("id") or change.given_id}
            self.tasks = [*(t for t in self.tasks if t["id"] != made["id"]), made]
        assert not gp_effects(self.threads(after_h), self.tasks, patient=PATIENT, owners=OWNERS, now=now), (
            "done twice it gives nothing"
        )
        return [(c.kind, c.resource["code"]["text"]) for c in changes]

    def live(self) -> list[tuple[str, str]]:
        return sorted(
            (t["code"]["text"], next(iter(t["owner"].values())))
            for t in self.tasks
            if t["status"] == "requested"
        )


def ask(**how: Any) -> dict[str, Any]:
    return {"make": gp.request_message, "topic": "Spørsmål", "text": "Kan du se på dette?", **how}


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("1", "HELSEOPPLYSNINGER_LEGE"), ("3", "ORIENTERING_TJENESTETILBUD"), ("4", "EPJ-EKSTRAKT"),
        ("5", "HELSEOPPLYSNINGER_LEGE"), ("6", "DIALOG_SVAR"), ("7", "DIALOG_SVAR"), ("8", "DIALOG_SVAR"),
        ("99", "DIALOG_SVAR"),
    ],
)  # fmt: skip
def test_each_code_that_a_doctor_sends_has_its_form(code: str, form: str) -> None:
    talk = Talk()
    talk.message(1, GP, **ask(code=code))
    (thread,) = talk.threads(1)
    assert (thread.by == said.US, thread.answer_type, thread.action) == (False, form, "answer-request")


def test_ours_is_followed_until_it_is_answered() -> None:
    talk = Talk()
    request = talk.message(1, US, **ask(code="6"))
    assert talk.act(1) == [("open-task", "Venter på svar fra lege")]
    assert talk.act(73) == [("change-task", "Ringe etter svar fra lege")]
    assert talk.act(97) == [
        ("end-task", "Ringe etter svar fra lege"), ("open-task", "Ubesvart forespørsel"),
    ]  # fmt: skip
    assert talk.live() == [("Ubesvart forespørsel", "Practitioner/lise")]
    answer = talk.message(
        2, GP, gp.answer_message, about=1, after_h=98, topic="Resept", text="Fornyet.", code="5"
    )
    talk.act(99)
    (thread,) = talk.threads(99)
    assert thread.state == "done" and [line.message for line in thread.lines] == [request, answer]
    assert [line.direction == OUT for line in thread.lines] == [True, False] and not talk.live()


def test_medical_information_answers_too_and_an_interim_answer_gives_a_week() -> None:
    talk = Talk()
    talk.message(1, US, **ask(code="1"))
    interim = {"topic": "Foreløpig svar", "text": "Ser på det.", "code": "5"}
    talk.message(2, GP, gp.answer_message, about=1, after_h=60, **interim)
    (thread,) = talk.threads(80)
    assert (thread.state, thread.interim) == ("open", "Communication/m2")
    assert thread.due == NOON + timedelta(hours=60 + 168)
    assert talk.threads(60 + 169)[0].state == "overdue" and talk.threads(60 + 193)[0].state == "escalated"
    talk.message(3, GP, gp.medical_message, about=1, after_h=100, text="Furosemid økes.")
    assert talk.threads(101)[0].state == "done"


@pytest.mark.parametrize("by", [US, GP])
def test_what_is_urgent_is_phoned_about_too(by: Party) -> None:
    talk = Talk()
    talk.message(1, by, **ask(code="6", bend=(("</Sporsmal>", f"</Sporsmal>{URGENT}"),)))
    assert talk.told[0]["priority"] == "urgent"
    talk.act(0.5)
    assert ("Ringe om hastemelding", "Organization/ost") in talk.live()
    (phone,) = [t for t in talk.tasks if t["code"]["text"] == "Ringe om hastemelding"]
    assert phone["restriction"]["period"]["end"] == (NOON + timedelta(hours=2)).isoformat()
    phone["status"] = "completed"
    assert not [c for c in talk.act(1) if "Ringe" in c[1]], "she has phoned"


def test_what_the_doctor_asks_is_the_posts_item_and_then_the_leaders() -> None:
    talk = Talk()
    request = talk.message(1, GP, **ask(code="3"))
    item = {
        "id": "post", "status": "requested", "focus": {"reference": request}, "owner": {"reference": "Organization/ost"},
        "code": {"coding": [{"system": TASKS, "code": "dialogue-request"}], "text": "Forespørsel"},
    }  # fmt: skip
    talk.tasks.append(item)
    assert talk.act(1) == [] and talk.act(73) == []
    talk.tasks = [{**item, "status": "completed"}]
    assert talk.act(74) == [], "she closed it: she may have phoned"
    assert talk.act(97) == [("open-task", "Ubesvart forespørsel")]
    talk.tasks = [t if t["id"] != "post" else item for t in talk.tasks]
    talk.message(2, US, gp.answer_message, about=1, after_h=98, topic="Svar", text="Hjemmesykepleie.")
    assert sorted(talk.act(99)) == [("end-task", "Forespørsel"), ("end-task", "Ubesvart forespørsel")]


def test_a_wrong_patient_ends_the_waiting_and_keeps_the_link() -> None:
    talk = Talk()
    request = talk.message(1, US, **ask(code="7"))
    talk.act(1)
    talk.message(2, GP, gp.deviation_message, about=1, after_h=2, fault="1", text="Ikke vår pasient.")
    (thread,) = talk.threads(3)
    assert (thread.state, thread.deviation) == ("not-needed", "Communication/m2")
    assert [line.message for line in thread.lines] == [request, "Communication/m2"]
    assert talk.act(3) == [("end-task", "Venter på svar fra lege")] and not talk.live()


def test_a_request_quoted_in_an_answer_hurries_nobody() -> None:
    talk = Talk()
    talk.message(1, GP, gp.answer_message, topic="Svar", text="Ja.")
    assert "priority" not in talk.told[0] and not talk.threads(1)


CLINICAL = (('V="DIALOG_SVAR"', 'V="DIALOG_HELSEFAGLIG"'),)


def test_a_clinical_dialogue_in_answer_ends_the_request() -> None:
    talk = Talk()
    talk.message(1, US, **ask(code="6"))
    early = {"topic": "Foreløpig svar", "text": "Ser på det.", "bend": CLINICAL}
    talk.message(2, GP, gp.answer_message, about=1, after_h=2, **early)
    assert talk.told[1]["category"][0]["coding"][0]["code"] == "DIALOG_HELSEFAGLIG"
    assert talk.threads(3)[0].state == "open", "an interim one is none"
    talk.message(3, GP, gp.answer_message, about=1, after_h=4, topic="Svar", text="Fornyet.", bend=CLINICAL)
    assert talk.threads(5)[0].state == "done"


@pytest.mark.parametrize("by", [US, GP])
def test_what_hurries_and_asks_nothing_is_phoned_about(by: Party) -> None:
    """Another dialogue than a request says so in its header (8115): one item, and no answer waited for."""
    talk = Talk()
    talk.message(1, by, gp.answer_message, topic="Hastesak", text="Ring meg.", bend=CLINICAL)
    talk.told[0]["priority"] = "urgent"
    assert talk.act(0.5) == [("open-task", "Ringe om hastemelding")]
    assert talk.act(100) == [], "nobody owes an answer"
    talk.message(2, GP if by is US else US, gp.answer_message, about=1, after_h=101, topic="Svar", text="Ja.")
    assert talk.act(102) == [("end-task", "Ringe om hastemelding")]
