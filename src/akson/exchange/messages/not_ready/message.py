"""A withdrawal as facts, and what it does to the stay: the day no longer stands on it."""

from dataclasses import dataclass

from akson.exchange import stays
from akson.exchange.components import logistics
from akson.exchange.message_type import Resource, StayEffect, StayFacts, Version
from akson.exchange.messages.not_ready.format import BODY, STRUCTURE
from akson.exchange.schema import Values


@dataclass(frozen=True, slots=True)
class NotReady:
    status: str
    withdrawn: logistics.Event | None
    ready: logistics.Event | None
    admitted: logistics.Event | None
    ward: str


class NotReadyStay:
    """`StayEffect` of LOG_AVMELDING."""

    def begins(self, facts: NotReady, stay: StayFacts) -> Resource | None:
        if facts.admitted is None:
            return None
        return stays.stay(stay, status="in-progress", start=facts.admitted.at, ward=facts.ward)

    def speaks_of(self, facts: NotReady) -> tuple[str, ...]:
        return stays.OPEN

    def may_be(self, facts: NotReady, encounter: Resource) -> bool:
        return facts.withdrawn is None or stays.began_before(encounter, facts.withdrawn.at)

    def changed(self, facts: NotReady, encounter: Resource) -> Resource:
        return stays.not_ready(encounter)

    def undone(self, facts: NotReady, encounter: Resource) -> Resource:
        return stays.ready(encounter, facts.ready.at) if facts.ready else encounter


class NotReadyMessage:
    """`MessageType` of LOG_AVMELDING."""

    code = "LOG_AVMELDING"
    words = "Avmelding av utskrivningsklar pasient"
    title = "Ikke lenger utskrivningsklar"
    task = "not-ready-notice"
    answer_within_h: int | None = None
    versions: tuple[Version, ...] = logistics.versions(STRUCTURE)
    stay: StayEffect | None = NotReadyStay()

    def parse(self, content: Values) -> NotReady:
        events = [logistics.event(told) for told in content[BODY.name]["TidsfestetHendelse"]]
        by_code = {e.code: e for e in reversed(events)}
        return NotReady(
            status=logistics.status(content),
            withdrawn=logistics.told(events, logistics.EVENT_NOT_READY),
            ready=by_code.get(logistics.EVENT_READY),
            admitted=by_code.get(logistics.EVENT_ADMITTED),
            ward=logistics.ward(content),
        )

    def status(self, facts: NotReady) -> str:
        return facts.status

    def summary(self, facts: NotReady) -> str:
        when = f" {facts.withdrawn.when}" if facts.withdrawn else ""
        told = f"Avmeldt som utskrivningsklar{when}{f' ved {facts.ward}' if facts.ward else ''}."
        return f"{told} {facts.withdrawn.brief if facts.withdrawn else ''}".strip()


MESSAGE = NotReadyMessage()
