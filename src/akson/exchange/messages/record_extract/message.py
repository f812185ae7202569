"""An extract of a record as facts."""

from dataclasses import dataclass

from akson.exchange.message_type import NEW, StayEffect, Version
from akson.exchange.messages.record_extract.format import VERSIONS
from akson.exchange.schema import Coded, Values

NAMED_MAX = 8
"""Drugs named in a sentence."""


@dataclass(frozen=True, slots=True)
class Prescribed:
    name: str
    status: Coded
    dose: str


@dataclass(frozen=True, slots=True)
class Extract:
    drugs: tuple[Prescribed, ...]
    caves: tuple[str, ...]
    allergies: tuple[str, ...]
    notes: int


class RecordExtractMessage:
    """`MessageType` of EPJ-EKSTRAKT."""

    code = "EPJ-EKSTRAKT"
    words = "Kommunikasjon av EPJ-innhold"
    title = "Legemiddelopplysninger"
    task = "record-extract"
    answer_within_h: int | None = None
    versions: tuple[Version, ...] = VERSIONS
    stay: StayEffect | None = None

    def parse(self, content: Values) -> Extract:
        caves = _parts(content, "Cave")
        return Extract(
            drugs=tuple(
                _drug(info["ForenkletForskrivning"])
                for medications in _parts(content, "Legemidler")
                for info in medications.get("Legemiddelinfo", ())
            ),
            caves=tuple(
                word["CaveStikkord"].strip()
                for cave in caves
                for word in cave["SakshodeCave"].get("StikkordCave", ())
            ),
            allergies=tuple(
                note["Allergi"]["AllergiskMot"].strip()
                for cave in caves
                for note in cave.get("Allerginotat", ())
            ),
            notes=sum(len(notes["GenereltJournalnotat"]) for notes in _parts(content, "Notater")),
        )

    def status(self, facts: Extract) -> str:
        return NEW

    def summary(self, facts: Extract) -> str:
        names = [drug.name for drug in facts.drugs]
        drugs = f"{', '.join(names[:NAMED_MAX])}{' …' if len(names) > NAMED_MAX else ''}"
        told = [f"Opplysninger fra journal: {len(names)} legemidler{f' ({drugs})' if drugs else ''}."]
        if facts.caves or facts.allergies:
            told.append(f"Kritisk informasjon: {', '.join((*facts.caves, *facts.allergies))}.")
        if facts.notes:
            told.append(f"Notater: {facts.notes}.")
        return " ".join(told)


def _parts(content: Values, name: str) -> list[Values]:
    return [part[name] for part in content["Del"] if name in part]


def _drug(prescription: Values) -> Prescribed:
    drug = prescription["Forskrivningsinfo"]
    status = prescription.get("StatusTilForskrivningen") or Coded()
    return Prescribed(drug["Navn"].strip(), status, drug.get("DosVeiledEnkel", "").strip())


MESSAGE = RecordExtractMessage()
