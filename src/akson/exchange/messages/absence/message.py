"""An absence as facts."""

from dataclasses import dataclass

from akson.exchange import times
from akson.exchange.components import logistics
from akson.exchange.message_type import StayEffect, Version
from akson.exchange.messages.absence.format import VERSIONS
from akson.exchange.schema import Values


@dataclass(frozen=True, slots=True)
class Absence:
    status: str
    away: bool
    since: str
    until: str
    forwarded: bool


class AbsenceMessage:
    """`MessageType` of FRAVARSMELDING."""

    code = "FRAVARSMELDING"
    words = "Fraværsmelding"
    title = "Mottaker er fraværende"
    task = "absence-notice"
    answer_within_h: int | None = None
    versions: tuple[Version, ...] = VERSIONS
    stay: StayEffect | None = None

    def parse(self, content: Values) -> Absence:
        told = content["Fraversassistent"]
        return Absence(
            status=logistics.status(content),
            away=told["MottakerFravarende"],
            since=told.get("FravarendeFraDato", ""),
            until=told.get("FravarendeTilDato", ""),
            forwarded=bool(told.get("MeldingVideresendt")),
        )

    def status(self, facts: Absence) -> str:
        return facts.status

    def summary(self, facts: Absence) -> str:
        since = f" fra {times.words(facts.since)}" if facts.since else ""
        until = f" til {times.words(facts.until)}" if facts.until else ""
        sent = " Meldingen er videresendt." if facts.forwarded else ""
        return f"Mottakeren er {'' if facts.away else 'ikke '}fraværende{since}{until}.{sent}"


MESSAGE = AbsenceMessage()
