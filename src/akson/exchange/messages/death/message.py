"""A death as facts, and what it does to a stay that goes on in the same house: it ends."""

from dataclasses import dataclass

from akson.exchange import stays
from akson.exchange.components import logistics
from akson.exchange.message_type import Resource, StayEffect, StayFacts, Version
from akson.exchange.messages.death.format import BODY, STRUCTURE
from akson.exchange.schema import Values

DEATH = {
    "text": "Død",
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/discharge-disposition",
            "code": "exp",
            "display": "Expired",
        }
    ],
}


@dataclass(frozen=True, slots=True)
class Death:
    status: str
    event: logistics.Event


class DeathStay:
    """`StayEffect` of LOG_DOD: a stay in the house that tells it ends. It tells of none that was not known."""

    def begins(self, facts: Death, stay: StayFacts) -> Resource | None:
        return None

    def speaks_of(self, facts: Death) -> tuple[str, ...]:
        return stays.OPEN

    def may_be(self, facts: Death, encounter: Resource) -> bool:
        return stays.began_before(encounter, facts.event.at)

    def changed(self, facts: Death, encounter: Resource) -> Resource:
        return stays.ended(encounter, facts.event.at, DEATH)

    def undone(self, facts: Death, encounter: Resource) -> Resource:
        return stays.reopened(encounter)


class DeathMessage:
    """`MessageType` of LOG_DOD."""

    code = "LOG_DOD"
    words = "Orientering om dødsfall"
    title = "Dødsfall"
    task = "death-notice"
    answer_within_h: int | None = None
    versions: tuple[Version, ...] = logistics.versions(STRUCTURE)
    stay: StayEffect | None = DeathStay()

    def parse(self, content: Values) -> Death:
        return Death(logistics.status(content), logistics.event(content[BODY.name]["TidsfestetHendelse"]))

    def status(self, facts: Death) -> str:
        return facts.status

    def summary(self, facts: Death) -> str:
        return f"Død {facts.event.when}. {facts.event.brief}".strip()


MESSAGE = DeathMessage()
