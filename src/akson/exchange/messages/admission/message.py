"""An admission as facts, and what it does to the patient's stay: it begins one."""

from dataclasses import dataclass

from akson.exchange import stays, times
from akson.exchange.components import logistics
from akson.exchange.message_type import CHANGED, Resource, StayEffect, StayFacts, Version
from akson.exchange.messages.admission.format import BODY, STRUCTURE
from akson.exchange.schema import Values


@dataclass(frozen=True, slots=True)
class Admission:
    status: str
    event: logistics.Event
    ward: str


class AdmissionStay:
    """`StayEffect` of LOG_INNLAGT."""

    def begins(self, facts: Admission, stay: StayFacts) -> Resource:
        ahead = stays.lies_ahead(facts.event.at, stay.received)
        status = "planned" if ahead else "in-progress"
        return stays.stay(stay, status=status, start=facts.event.at, ward=facts.ward or facts.event.place)

    def speaks_of(self, facts: Admission) -> tuple[str, ...]:
        # Messages may come in the wrong order: then the stay has ended before anybody told that it began.
        return stays.OPEN if facts.status == CHANGED else ("finished",)

    def may_be(self, facts: Admission, encounter: Resource) -> bool:
        return facts.status == CHANGED or stays.only_end_known(encounter, facts.event.at)

    def changed(self, facts: Admission, encounter: Resource) -> Resource:
        began = times.fhir_date_time(facts.event.at)
        return (
            {**encounter, "period": {**encounter.get("period", {}), "start": began}} if began else encounter
        )

    def undone(self, facts: Admission, encounter: Resource) -> Resource:
        return {**encounter, "status": stays.IN_ERROR}


class AdmissionMessage:
    """`MessageType` of LOG_INNLAGT."""

    code = "LOG_INNLAGT"
    words = "Melding om innlagt pasient"
    title = "Innlagt på sykehus"
    task = "admission-notice"
    # The municipality's admission report: as soon as possible and within 24 hours (HISD 80806, figure 1).
    answer_within_h: int | None = 24
    versions: tuple[Version, ...] = logistics.versions(STRUCTURE)
    stay: StayEffect | None = AdmissionStay()

    def parse(self, content: Values) -> Admission:
        happened = logistics.event(content[BODY.name]["TidsfestetHendelse"])
        return Admission(logistics.status(content), happened, logistics.ward(content))

    def status(self, facts: Admission) -> str:
        return facts.status

    def summary(self, facts: Admission) -> str:
        where = facts.ward or facts.event.place
        told = f"Innlagt {facts.event.when}{f' ved {where}' if where else ''}."
        return f"{told} {facts.event.brief}".strip()


MESSAGE = AdmissionMessage()
