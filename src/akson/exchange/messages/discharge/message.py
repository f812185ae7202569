"""A discharge as facts, and what it does to the patient's stay: it ends the one that stands."""

from dataclasses import dataclass

from akson.exchange import stays
from akson.exchange.components import logistics, po
from akson.exchange.extension import to_coding
from akson.exchange.message_type import Resource, StayEffect, StayFacts, Version
from akson.exchange.messages.discharge.format import BODY, STRUCTURE
from akson.exchange.schema import Coded, Values

DEAD = "2"
"""In 8431, condition at discharge."""
_TO = next(element for element in po.DESTINATION.elements() if element.name == "UtTil")


@dataclass(frozen=True, slots=True)
class Discharge:
    status: str
    event: logistics.Event
    to: Coded
    dead: bool
    note: str


class DischargeStay:
    """`StayEffect` of LOG_UTSKREVET."""

    def begins(self, facts: Discharge, stay: StayFacts) -> Resource:
        return self.changed(facts, stays.stay(stay, status="finished"))

    def speaks_of(self, facts: Discharge) -> tuple[str, ...]:
        return stays.OPEN

    def may_be(self, facts: Discharge, encounter: Resource) -> bool:
        return stays.began_before(encounter, facts.event.at)

    def changed(self, facts: Discharge, encounter: Resource) -> Resource:
        coding = to_coding(facts.to, _TO)
        disposition = {
            "text": facts.to.words or facts.to.v or "Ikke oppgitt",
            **({"coding": [coding]} if coding else {}),
        }
        return stays.ended(encounter, facts.event.at, disposition)

    def undone(self, facts: Discharge, encounter: Resource) -> Resource:
        return stays.reopened(encounter)


class DischargeMessage:
    """`MessageType` of LOG_UTSKREVET."""

    code = "LOG_UTSKREVET"
    words = "Melding om utskrevet pasient"
    title = "Utskrevet fra sykehus"
    task = "discharge-notice"
    answer_within_h: int | None = None
    versions: tuple[Version, ...] = logistics.versions(STRUCTURE)
    stay: StayEffect | None = DischargeStay()

    def parse(self, content: Values) -> Discharge:
        body = content[BODY.name]
        destination = body["UtskrevetTil"]
        return Discharge(
            status=logistics.status(content),
            event=logistics.event(body["TidsfestetHendelse"]),
            to=destination["UtTil"],
            dead=destination.get("Uttilstand", Coded()).v == DEAD,
            note=destination.get("Merknad", "").strip(),
        )

    def status(self, facts: Discharge) -> str:
        return facts.status

    def summary(self, facts: Discharge) -> str:
        where = f" til {facts.to.words}" if facts.to.words else ""
        told = f"{'Utskrevet som død' if facts.dead else 'Utskrevet'} {facts.event.when}{where}."
        return f"{told} {facts.event.brief}".strip()


MESSAGE = DischargeMessage()
