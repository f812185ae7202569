"""Care messages that tell of a patient and change no stay: one class, as they differ in their content alone.

Source: HIS 80704 and the profiles HIS 1143-1148.
"""

from dataclasses import dataclass

from akson.exchange.components import logistics
from akson.exchange.message_type import StayEffect, Version
from akson.exchange.schema import Coded, Values

DIAGNOSES_TOLD_MAX = 3
EXPECTED = "3"
"""9121: ready for discharge; of a stay that goes on, the day it is expected."""


@dataclass(frozen=True, slots=True)
class CareFacts:
    status: str
    kind: Coded
    """What the message is for: 9137-9140, as its type has it."""
    request: Coded
    """What it asks for, when it asks."""
    answers: bool
    """Whether it answers a request."""
    events: tuple[logistics.Event, ...]
    diagnoses: tuple[str, ...]
    drugs: tuple[str, ...]
    ward: str
    responsible: str


@dataclass(frozen=True, slots=True)
class CareInformation:
    """`MessageType` of a message that tells of a patient."""

    code: str
    words: str
    title: str
    task: str
    versions: tuple[Version, ...]
    answer_within_h: int | None = None
    stay: StayEffect | None = None

    def parse(self, content: Values) -> CareFacts:
        return facts(content)

    def status(self, facts: CareFacts) -> str:
        return facts.status

    def summary(self, facts: CareFacts) -> str:
        about = facts.kind.words or facts.request.words
        told = f"{self.words}{f': {about[0].lower()}{about[1:]}' if about else ''}"
        parts = [f"{told}{f' fra {facts.ward}' if facts.ward else ''}."]
        parts += [f"Forventet utskrivningsklar {e.when}." for e in facts.events if e.code == EXPECTED]
        if facts.diagnoses:
            shown = ", ".join(facts.diagnoses[:DIAGNOSES_TOLD_MAX])
            parts.append(f"Diagnoser: {shown}{' …' if len(facts.diagnoses) > DIAGNOSES_TOLD_MAX else ''}.")
        if facts.drugs:
            parts.append(f"Legemidler: {len(facts.drugs)}.")
        return " ".join(parts)


def facts(content: Values) -> CareFacts:
    """Total: whatever stands there, of every version."""
    shipment = content["InformasjonOmForsendelsen"]
    kind = content.get("TypeInnholdIMelding", {}).get("TypeInnhold")
    consultation = content.get("InnholdKonsultasjon", {}).get("TypeInnholdKonsultasjon")
    return CareFacts(
        status=logistics.status(content),
        kind=kind or consultation or Coded(),
        request=shipment.get("Foresporsel", {}).get("TypeForesp") or Coded(),
        answers=bool(shipment.get("SvarPaaForesporsel")),
        events=tuple(
            logistics.event(stay["TidsfestetHendelse"]) for stay in content.get("OpplysningOpphold", ())
        ),
        diagnoses=tuple(_diagnoses(content)),
        drugs=tuple(
            info["ForenkletForskrivning"]["Forskrivningsinfo"]["Navn"].strip()
            for info in content.get("Legemiddelinfo", ())
        ),
        ward=logistics.ward(content),
        responsible=_responsible(content),
    )


def _diagnoses(content: Values) -> list[str]:
    told = content.get("InfoMedisinskDiagnose", ())
    groups = told if isinstance(told, tuple) else (told,)
    found = []
    for diagnosis in (d for group in groups for d in group["MedisinskDiagnose"]):
        code = diagnosis.get("Diagnosekode") or Coded()
        found.append(code.words or diagnosis.get("DiagnoseBeskrivelse", "").strip())
    return [words for words in found if words]


def _responsible(content: Values) -> str:
    people = (r["AnsvarligRapport"] for r in content.get("AnsvarForRapport", ()))
    names = (" ".join(str(p.get(n, "")).strip() for n in ("GivenName", "FamilyName")).strip() for p in people)
    return ", ".join(name for name in names if name)
