"""A municipality with a small record of its own: takes what hospitals tell, can take somebody over, asks and answers.

    Solveig Dalen   admitted   24 h report sent       promised 18.11.2026
    Astrid Bakken   taken over from 990002, asked for her health information

Lillefjord plays so beside a node; under Storvik's numbers it stands in for a node in the tests of the lab itself.
`by_itself` False: it does nothing but what it is asked to.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from akson_lab import gp, municipality
from akson_lab.facts import Party, Shipment, Stay
from akson_lab.houses.addresses import address
from akson_lab.houses.house import Heard, House, NotNow, about, answering, new_id
from akson_lab.people import Resident, local_day

TAKES = {
    "DIALOG_AVVIK": "1.0",
    "DIALOG_FORESPORSEL": "1.1",
    "DIALOG_HELSEFAGLIG": "1.1",
    "DIALOG_NOTAT": "1.0",
    "DIALOG_SVAR": "1.1",
    "EPIKRISE": "1.2",
    "HELSEOPPL_SOKNAD": "1.6",
    "LOG_AVMELDING": "1.6",
    "LOG_DOD": "1.6",
    "LOG_INNLAGT": "1.6",
    "LOG_UTSKREVET": "1.6",
    "LOG_UTSKRIVNINGSKLAR": "1.6",
    "MEDISINSKE_OPPLYSNINGER": "1.6",
    "UTSKRIVNINGSRAPPORT": "1.6",
}
SENDS = {
    "DIALOG_FORESPORSEL": "1.1", "DIALOG_NOTAT": "1.1", "DIALOG_SVAR": "1.1", "HELSEOPPLYSNINGER_LEGE": "1.6",
    "INNLEGGELSESRAPPORT": "1.6",
}  # fmt: skip
PHASES = {
    "LOG_INNLAGT": "admitted",
    "LOG_UTSKRIVNINGSKLAR": "ready",
    "LOG_AVMELDING": "admitted",
    "LOG_UTSKREVET": "home",
    "LOG_DOD": "dead",
}
KINDS = (
    "admission-report",
    "ready-answer",
    "ready-refusal",
    "status-request",
    "information-to-doctor",
    "request",
    "take-over",
)
BEDS = 4
"""Short-term places in the small municipality."""


@dataclass(slots=True)
class Known:
    """What the municipality knows of one person. `heard` is type -> the newest message of it."""

    person: Resident
    phase: str = "home"
    taken_from: int = 0
    promised: date | None = None
    heard: dict[str, Heard] = field(default_factory=dict)


class Neighbour(House):
    def __init__(
        self, own: Party, template: Stay, people: tuple[Resident, ...], *, seed: int = 0, hurries: bool = True,
        by_itself: bool = True, name: str = "neighbour", hers: tuple[int, ...] = (),
    ) -> None:  # fmt: skip
        super().__init__(name, own.organisation, int(own.service_her), seed=seed, hurries=hurries)
        self.own, self.template, self.by_itself = own, template, by_itself
        self.hers = hers or (self.her,)
        self.known = {p.national_id: Known(p) for p in people}
        self.doings = {"report": self._report, "answer": self._answer_ready, "take-over": self._take_over}

    def send(self, kind: str, now: datetime, *, person: int = 0, **how: Any) -> str:
        """Gives the MsgId. Raises NotNow without a message to answer, KeyError for what it does not send.

        how: `on` (day, for ready-answer), `to`, `code`, `topic`, `text`.
        """
        whom = list(self.known.values())[person]
        ready, admitted = whom.heard.get("LOG_UTSKRIVNINGSKLAR"), whom.heard.get("LOG_INNLAGT")
        text = str(how.get("text", ""))
        match kind:
            case "admission-report":
                if admitted is None:
                    raise NotNow("Nobody has told that she is admitted.")
                shipment, facts = answering(admitted), self._facts(whom, admitted.by, now)
                text = (
                    text
                    or "Falt hjemme. Hjemmesykepleie tre ganger daglig. Går med rullator. CAVE penicillin."
                )
                document = municipality.admission_report_message(facts, shipment, text=text)
                return self.put_out(kind, "INNLEGGELSESRAPPORT", admitted.by, shipment.msg_id, document)
            case "ready-answer" | "ready-refusal":
                if ready is None:
                    raise NotNow("Nobody has told that she is ready.")
                days = int(how.get("in_days", 1))
                whom.promised = local_day(now) + timedelta(days=days) if kind == "ready-answer" else None
                shipment, facts = answering(ready), self._facts(whom, ready.by, now)
                document = municipality.ready_answer(facts, shipment, on=whom.promised)
                return self.put_out(kind, "DIALOG_NOTAT", ready.by, shipment.msg_id, document)
            case "status-request" | "request" | "take-over":
                to = int(how.get("to", admitted.by if admitted else 0))
                if not to:
                    raise NotNow("Nobody to ask.")
                topics = {
                    "status-request": ("8", "Status"),
                    "take-over": ("99", "Kan dere overta?"),
                    "request": ("99", "Spørsmål"),
                }
                code, topic = topics[kind]
                facts, shipment = self._facts(whom, to, now), Shipment(new_id())
                document = gp.request_message(
                    facts,
                    shipment,
                    topic=str(how.get("topic", topic)),
                    text=text or topic,
                    code=str(how.get("code", code)),
                )
                return self.put_out(kind, "DIALOG_FORESPORSEL", to, shipment.msg_id, document)
            case "information-to-doctor":
                to = int(how["to"])
                facts, shipment = self._facts(whom, to, now), Shipment(new_id())
                document = municipality.information_message(
                    facts, shipment, text=text or "Økende hevelse i begge legger."
                )
                return self.put_out(kind, "HELSEOPPLYSNINGER_LEGE", to, shipment.msg_id, document)
        raise KeyError(kind)

    def hears(self, heard: Heard, now: datetime) -> None:
        whom = self.known.get(heard.national_id)
        if whom is None and heard.person is not None:
            whom = self.known[heard.national_id] = Known(heard.person, phase="unknown here")
            self.enter(now, f"new {heard.national_id}", "Ukjent her: hvem er hun?", heard.person)
        if whom is None:
            self.enter(now, heard.msg_id, f"{heard.type} uten pasient", None)
            return
        whom.heard[heard.type] = heard
        whom.phase = PHASES.get(heard.type, whom.phase)
        if heard.type == "LOG_INNLAGT" and self.by_itself:
            self.plan(self._in(now, 2, 20), "report", heard.national_id)
        elif heard.type == "LOG_UTSKRIVNINGSKLAR" and self.by_itself:
            self.plan(self._in(now, 0, 2), "answer", heard.national_id)
        elif heard.type == "DIALOG_FORESPORSEL" and self.by_itself:
            self.plan(self._in(now, 1, 24), "take-over", heard)
        else:
            self.enter(now, heard.msg_id, f"{heard.type} å følge opp", whom.person)

    def shown(self, now: datetime) -> dict[str, Any]:
        listed = [
            {
                "patient": f"{k.person.given} {k.person.family}",
                "phase": k.phase,
                "takenFrom": k.taken_from or None,
                "promised": k.promised.isoformat() if k.promised else None,
                "heard": sorted(k.heard),
            }
            for k in self.known.values()
        ]
        return {**super().shown(now), "patients": listed, "beds": BEDS, "free": self._free()}

    def _free(self) -> int:
        return BEDS - sum(1 for k in self.known.values() if k.promised or k.taken_from)

    def _report(self, now: datetime, national_id: str) -> None:
        self.send("admission-report", now, person=self._place(national_id))

    def _answer_ready(self, now: datetime, national_id: str) -> None:
        if self.known[national_id].phase == "ready":
            self.send(
                "ready-answer" if self._free() > 0 else "ready-refusal", now, person=self._place(national_id)
            )

    def _take_over(self, now: datetime, heard: Heard) -> None:
        """Whoever asks us to take somebody over is answered by the places we have; then we ask what is known."""
        whom = self.known[heard.national_id]
        facts, shipment = self._facts(whom, heard.by, now), answering(heard)
        free = self._free() > 0
        on = local_day(now) + timedelta(days=2)
        text = f"Vi kan ta over fra {on:%d.%m.%Y}." if free else "Vi har ingen ledig plass nå."
        document = gp.answer_message(facts, shipment, topic="Svar", text=text)
        self.put_out("answer", "DIALOG_SVAR", heard.by, shipment.msg_id, document)
        if free:
            whom.taken_from, whom.phase = heard.by, "taken over"
            self.send(
                "request", now, person=self._place(heard.national_id), to=heard.by, code="1",
                topic="Helseopplysninger", text="Send det dere vet om henne, så vi kan begynne.",
            )  # fmt: skip

    def _place(self, national_id: str) -> int:
        return list(self.known).index(national_id)

    def _in(self, now: datetime, least: int, most: int) -> datetime:
        return now if self.hurries else now + timedelta(hours=self.chance.randint(least, most))

    def _facts(self, whom: Known, to: int, now: datetime) -> Stay:
        return about(
            self.template, whom.person, sender=self.own, receiver=address(to), sent_at=now, admitted_at=now
        )
