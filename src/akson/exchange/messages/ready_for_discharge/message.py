"""Ready for discharge as facts, and what it does to the stay: the day stands on it."""

from dataclasses import dataclass

from akson.exchange import stays
from akson.exchange.components import logistics
from akson.exchange.message_type import Resource, StayEffect, StayFacts, Version
from akson.exchange.messages.ready_for_discharge.format import BODY, STRUCTURE
from akson.exchange.schema import Values


@dataclass(frozen=True, slots=True)
class Ready:
    status: str
    ready: logistics.Event | None
    admitted: logistics.Event | None
    ward: str


class ReadyStay:
    """`StayEffect` of LOG_UTSKRIVNINGSKLAR."""

    def begins(self, facts: Ready, stay: StayFacts) -> Resource:
        start = facts.admitted.at if facts.admitted else ""
        begun = stays.stay(stay, status="in-progress", start=start, ward=facts.ward)
        return self.changed(facts, begun)

    def speaks_of(self, facts: Ready) -> tuple[str, ...]:
        return stays.OPEN

    def may_be(self, facts: Ready, encounter: Resource) -> bool:
        return facts.ready is None or stays.began_before(encounter, facts.ready.at)

    def changed(self, facts: Ready, encounter: Resource) -> Resource:
        return stays.ready(encounter, facts.ready.at) if facts.ready else encounter

    def undone(self, facts: Ready, encounter: Resource) -> Resource:
        return stays.not_ready(encounter)


class ReadyMessage:
    """`MessageType` of LOG_UTSKRIVNINGSKLAR."""

    code = "LOG_UTSKRIVNINGSKLAR"
    words = "Melding om utskrivningsklar pasient"
    title = "Utskrivningsklar pasient"
    task = "ready-notice"
    # "At once": FOR-2011-11-18-1115, §11. An hour is what an item can say.
    answer_within_h: int | None = 1
    versions: tuple[Version, ...] = logistics.versions(STRUCTURE)
    stay: StayEffect | None = ReadyStay()

    def parse(self, content: Values) -> Ready:
        events = [logistics.event(told) for told in content[BODY.name]["TidsfestetHendelse"]]
        return Ready(
            status=logistics.status(content),
            ready=logistics.told(events, logistics.EVENT_READY),
            admitted=next((e for e in events if e.code == logistics.EVENT_ADMITTED), None),
            ward=logistics.ward(content),
        )

    def status(self, facts: Ready) -> str:
        return facts.status

    def summary(self, facts: Ready) -> str:
        when = f" {facts.ready.when}" if facts.ready else ""
        where = f" ved {facts.ward}" if facts.ward else ""
        told = f"Utskrivningsklar{when}{where}. Sykehuset venter svar straks."
        return f"{told} {facts.ready.brief if facts.ready else ''}".strip()


MESSAGE = ReadyMessage()
