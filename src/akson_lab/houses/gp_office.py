"""The GP office: a partial product. Of the care messages it takes three types and sends two; the rest is refused (T10).

    takes   HELSEOPPLYSNINGER_LEGE, ORIENTERING_TJENESTETILBUD, LOG_DOD; requests, answers and discharge letters
    sends   MEDISINSKE_OPPLYSNINGER, LOG_DOD; requests, answers and deviations

A request is answered by its code, each in its own time; one that needs an assessment gets an interim answer
first (HISD 80806 chapter 6: three days). A message about somebody who is not on its list comes back as a deviation.

"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from akson_lab import gp, hospital
from akson_lab.facts import Party, Shipment, Stay
from akson_lab.houses.addresses import NURSES, address
from akson_lab.houses.house import Heard, House, about, answering, new_id
from akson_lab.people import Resident

TAKES = {
    "DIALOG_FORESPORSEL": "1.1",
    "DIALOG_SVAR": "1.1",
    "EPIKRISE": "1.2",
    "HELSEOPPLYSNINGER_LEGE": "1.6",
    "LOG_DOD": "1.6",
    "ORIENTERING_TJENESTETILBUD": "1.6",
}
SENDS = {
    "DIALOG_FORESPORSEL": "1.1",
    "DIALOG_SVAR": "1.1",
    "DIALOG_AVVIK": "1.0",
    "LOG_DOD": "1.6",
    "MEDISINSKE_OPPLYSNINGER": "1.6",
}
KINDS = ("request", "medical-information", "deviation", "death")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request is answered: with which type and words, and within how many hours (at least, at most)."""

    type: str
    words: str
    hours: tuple[int, int]
    code: str = ""
    """9069 of a DIALOG_SVAR."""
    interim: str = ""


_NOT_OURS = "Vi har ikke disse opplysningene. Spør sykehuset eller kommunen."
ANSWERS: Mapping[str, Answer] = {
    "1": Answer("MEDISINSKE_OPPLYSNINGER", "Hjertesvikt, stabil. Atrieflimmer, antikoagulert. Ingen nye funn.", (4, 40)),
    "3": Answer("DIALOG_SVAR", _NOT_OURS, (2, 20), "3"),
    "4": Answer("MEDISINSKE_OPPLYSNINGER", "Legemiddellisten er gjennomgått. Furosemid 40 mg økt til 60 mg.", (2, 30)),
    "5": Answer("DIALOG_SVAR", "Undersøkt i dag. Væskeretensjon, videre diuretika.", (80, 110), "5", "Vurderes denne uken."),
    "6": Answer("DIALOG_SVAR", "Resepten er fornyet og ligger i reseptformidleren.", (1, 12)),
    "7": Answer("DIALOG_SVAR", "Hun har fått time i morgen kl. 09.30.", (1, 24)),
    "8": Answer("DIALOG_SVAR", _NOT_OURS, (2, 20), "3"),
    "99": Answer("DIALOG_SVAR", "Det er i orden. Ny resept er sendt.", (3, 48)),
}  # fmt: skip
SWOLLEN = "Øker furosemid fra 40 til 60 mg daglig i en uke. Blodprøver: kreatinin, natrium, kalium, proBNP. Vekt daglig."


class GpOffice(House):
    def __init__(
        self, own: Party, template: Stay, people: tuple[Resident, ...], *, seed: int = 0, hurries: bool = True
    ) -> None:
        super().__init__("gp", own.organisation, int(own.service_her), seed=seed, hurries=hurries)
        self.own, self.template = own, template
        self.patients = {p.national_id: p for p in people}
        self.newest = ""
        """MsgId of the newest message it took: what a deviation is about when nothing else is said."""
        self.doings = {
            "answer": self._answer,
            "interim": self._interim,
            "wrong": self._wrong,
            "treat": self._treat,
        }

    def send(self, kind: str, now: datetime, *, person: int = 0, **how: Any) -> str:
        """Gives the MsgId. Raises KeyError for what it does not send.

        how: `code`, `topic`, `text`, `to`, `about`, `fault`.
        """
        who = list(self.patients.values())[person]
        to = int(how.get("to", NURSES))
        facts = self._facts(who, to, now)
        shipment = Shipment(new_id(), parent=str(how.get("about", "")))
        text = str(how.get("text", ""))
        if kind == "request":
            topic = str(how.get("topic", "Medisiner"))
            code = str(how.get("code", "99"))
            document = gp.request_message(
                facts, shipment, topic=topic, text=text or "Hvilke legemidler får hun nå av dere?", code=code
            )
            self.enter(now, f"asked {shipment.msg_id}", f"Venter på svar fra kommunen ({topic})", who)
            return self.put_out(kind, "DIALOG_FORESPORSEL", to, shipment.msg_id, document)
        if kind == "medical-information":
            document = gp.medical_message(facts, shipment, text=text or SWOLLEN)
            return self.put_out(kind, "MEDISINSKE_OPPLYSNINGER", to, shipment.msg_id, document)
        if kind == "deviation":
            shipment = Shipment(shipment.msg_id, parent=shipment.parent or self.newest)
            fault = str(how.get("fault", gp.OTHER))
            document = gp.deviation_message(
                facts, shipment, fault=fault, text=text or "Gjelder ikke vår pasient."
            )
            return self.put_out(kind, "DIALOG_AVVIK", to, shipment.msg_id, document)
        if kind == "death":
            return self.put_out(
                kind, "LOG_DOD", to, shipment.msg_id, hospital.death_message(facts, shipment, at=now)
            )
        raise KeyError(kind)

    def hears(self, heard: Heard, now: datetime) -> None:
        self.newest = heard.msg_id
        person = self.patients.get(heard.national_id)
        if person is None and heard.person is None:
            self.enter(now, heard.msg_id, f"{heard.type} uten pasient: ring avsender", None)
        elif person is None:
            self.plan(self._in(now, (1, 20)), "wrong", heard)
        elif heard.type == "DIALOG_FORESPORSEL":
            answer = ANSWERS.get(heard.code, ANSWERS["99"])
            self.enter(now, heard.msg_id, f"Forespørsel kode {heard.code} fra kommunen", person)
            if answer.interim and not self.hurries:
                self.plan(self._in(now, (2, 60)), "interim", heard)
            self.plan(self._in(now, answer.hours), "answer", heard)
        elif heard.type == "HELSEOPPLYSNINGER_LEGE":
            self.enter(now, heard.msg_id, "Helseopplysninger fra kommunen å vurdere", person)
            self.plan(self._in(now, (1, 30)), "treat", heard)
        elif heard.type == "DIALOG_SVAR":
            self.finish(now, f"asked {heard.parent}")
        else:
            self.enter(now, heard.msg_id, f"{heard.type} å lese", person)

    def receipt(self, msg_id: str, status: str, codes: tuple[str, ...], now: datetime) -> None:
        if status == "2":
            self.enter(now, f"refused {msg_id}", f"Melding avvist ({' '.join(codes)})", None)

    def shown(self, now: datetime) -> dict[str, Any]:
        listed = [{"patient": f"{p.given} {p.family}", "died": bool(p.died)} for p in self.patients.values()]
        return {**super().shown(now), "patients": listed}

    def _answer(self, now: datetime, heard: Heard) -> None:
        answer = ANSWERS.get(heard.code, ANSWERS["99"])
        facts, shipment = self._facts(self.patients[heard.national_id], heard.by, now), answering(heard)
        if answer.type == "MEDISINSKE_OPPLYSNINGER":
            document = gp.medical_message(facts, shipment, text=answer.words)
        else:
            document = gp.answer_message(facts, shipment, topic="Svar", text=answer.words, code=answer.code)
        self.put_out("answer", answer.type, heard.by, shipment.msg_id, document)
        self.finish(now, heard.msg_id)

    def _interim(self, now: datetime, heard: Heard) -> None:
        facts, shipment = self._facts(self.patients[heard.national_id], heard.by, now), answering(heard)
        document = gp.answer_message(
            facts, shipment, topic="Foreløpig svar", text=ANSWERS[heard.code].interim, code="5"
        )
        self.put_out("interim", "DIALOG_SVAR", heard.by, shipment.msg_id, document)

    def _wrong(self, now: datetime, heard: Heard) -> None:
        """About whom it said it was: we know no more of her than that."""
        assert heard.person is not None
        facts, shipment = self._facts(heard.person, heard.by, now), answering(heard)
        text = "Meldingen gjelder en som ikke er vår pasient."
        document = gp.deviation_message(facts, shipment, fault=gp.WRONG_ADDRESSEE, text=text)
        self.put_out("deviation", "DIALOG_AVVIK", heard.by, shipment.msg_id, document)

    def _treat(self, now: datetime, heard: Heard) -> None:
        facts, shipment = self._facts(self.patients[heard.national_id], heard.by, now), answering(heard)
        document = gp.medical_message(facts, shipment, text=SWOLLEN)
        self.put_out("medical-information", "MEDISINSKE_OPPLYSNINGER", heard.by, shipment.msg_id, document)
        self.finish(now, heard.msg_id)

    def _in(self, now: datetime, hours: tuple[int, int]) -> datetime:
        return now if self.hurries else now + timedelta(hours=self.chance.randint(*hours))

    def _facts(self, person: Resident, to: int, now: datetime) -> Stay:
        return about(
            self.template, person, sender=self.own, receiver=address(to), sent_at=now, admitted_at=now
        )
