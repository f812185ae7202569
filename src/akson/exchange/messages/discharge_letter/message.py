"""A discharge letter as facts."""

from collections.abc import Iterator
from dataclasses import dataclass

from akson.exchange import times
from akson.exchange.components import discharge_letter_1_1, discharge_letter_1_2
from akson.exchange.message_type import StayEffect, Version
from akson.exchange.schema import Values


@dataclass(frozen=True, slots=True)
class DischargeLetter:
    status: str
    kind: str
    """`Sykehusepikrise`."""
    period: str
    diagnoses: tuple[str, ...]


class DischargeLetterMessage:
    """`MessageType` of EPIKRISE."""

    code = "EPIKRISE"
    words = "Epikrise"
    title = "Epikrise"
    task = "discharge-letter"
    answer_within_h: int | None = None
    versions: tuple[Version, ...] = (
        Version("1.2", discharge_letter_1_2.MESSAGE, {None: discharge_letter_1_2.NAMESPACE}, apprec="1.1"),
        Version("1.1", discharge_letter_1_1.MESSAGE, {None: discharge_letter_1_1.NAMESPACE}, apprec="1.0"),
    )
    stay: StayEffect | None = None

    def parse(self, content: Values) -> DischargeLetter:
        report = content["ServRprt"]
        periods = (_period(event.get("ReportedEvent", {})) for event in report.get("Event", ()))
        return DischargeLetter(
            status=report["ServType"].v,
            kind=" ".join(report["MsgDescr"].split()),
            period=next((period for period in periods if period), ""),
            diagnoses=tuple(dict.fromkeys(_diagnoses(report))),
        )

    def status(self, facts: DischargeLetter) -> str:
        return facts.status

    def summary(self, facts: DischargeLetter) -> str:
        told = [f"{self.words}{f': {facts.kind}' if facts.kind else ''}."]
        if facts.period:
            told.append(f"{facts.period}.")
        if facts.diagnoses:
            told.append(f"Diagnoser: {', '.join(facts.diagnoses)}.")
        return " ".join(told)


def _period(event: Values) -> str:
    start, end = (times.words(event.get(name, "")) for name in ("StartDateTime", "EndDateTime"))
    return f"{start} – {end}" if start and end else start or end


def _diagnoses(report: Values) -> Iterator[str]:
    for event in report.get("Event", ()):
        for item in event.get("InfItem", ()):
            concept = item.get("Observation", {}).get("CodedDescr", {}).get("Concept")
            if concept is not None and concept.words:
                yield concept.words


MESSAGE = DischargeLetterMessage()
