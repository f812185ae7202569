"""Choices made, to what is to be written: statements, the working List, and who chose what from whom and why.

Pure; the caller commits all of it in one transaction. Raises where a disagreement has no answer: the machine gives none.
Spec: https://hl7.org/fhir/R4/list.html, medicationstatement.html, provenance.html.
"""

import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource
from akson.care.medication.lines import SourceLine
from akson.care.medication.reconciled import wording
from akson.care.medication.reconciled.adopting import adopted, noted, stopped
from akson.care.medication.reconciled.agenda import OWN, Act, Agenda, Option, Row, RowKind, in_use
from akson.care.medication.reconciled.choices import (
    TASKS,
    Choice,
    Choices,
    unchosen,
    unreasoned,
)
from akson.care.medication.reconciled.outcome import lines_after, of_source
from akson.care.medication.sources import LOINC, MEDICATION_LIST, SOURCE, SourceList
from akson.fhir.problem import Problem, ProblemKind

SIGNATURE = "https://akson.no/fhir/medication-list-signature"
"""Identifier of the working List: its last signature."""
SETTLED = "https://akson.no/fhir/StructureDefinition/medication-list-settled"
"""On the working List: references of other sources' lists that it was reconciled with."""
CLARIFY_CODE = "medication-clarification"
EMPTY_REASON = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
_LISTS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/medication/working-list")


@dataclass(frozen=True, slots=True)
class Write:
    """One resource as it is to stand."""

    type: str
    id: str
    resource: Resource
    if_match: int | None = None
    """The version it replaces; None for what is new."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the record now, as it was read."""

    patient: str
    list: Resource | None
    versions: Mapping[str, int]
    """`List/l1` and `MedicationStatement/m1` to their versions."""


@dataclass(frozen=True, slots=True)
class Signer:
    reference: Resource
    """`{"reference": "Practitioner/ida", "display": "Ida Nilsen"}`."""
    owner: Resource
    """Whose task it is to find out what is to be clarified."""
    at: datetime
    id: str
    """Of this signature: the same form sent twice is one."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The new list in numbers, also while choices are missing."""

    before: int
    after: int
    changed: int = 0
    stopped: int = 0
    added: int = 0
    left_out: int = 0
    clarified: int = 0
    unchosen: int = 0


@dataclass(frozen=True, slots=True)
class Signed:
    list: str
    """Id of the working List."""
    writes: tuple[Write, ...]
    tally: Tally
    sentences: tuple[str, ...]
    """`Furosemid: Endre til 80 mg (Epikrise fra Havnes sykehus).` for each choice."""


def working_list_id(patient: str) -> str:
    """Of a patient who has no working List yet."""
    return str(uuid.uuid5(_LISTS, patient))


def settled(working: Resource | None) -> frozenset[str]:
    """References of the lists that the working List has been reconciled with."""
    return frozenset(
        str(one["valueReference"].get("reference", ""))
        for one in (working or {}).get("extension") or []
        if one.get("url") == SETTLED and one.get("valueReference")
    )


def tally(agenda: Agenda, choices: Choices) -> Tally:
    outcomes = [(row, _option(row, choices)) for row in agenda.rows]
    acts = [option.act for _, option in outcomes if option]
    return Tally(
        before=sum(in_use(line) for row in agenda.rows for line in row.own),
        after=sum(len(lines_after(row, option)) for row, option in outcomes),
        changed=sum(o.act is Act.TAKE and any(map(in_use, r.own)) for r, o in outcomes if o),
        stopped=sum(o.act in (Act.STOP, Act.ONLY) for _, o in outcomes if o),
        added=sum(o.act is Act.TAKE and not any(map(in_use, r.own)) for r, o in outcomes if o),
        left_out=acts.count(Act.LEAVE),
        clarified=acts.count(Act.CLARIFY),
        unchosen=len(unchosen(agenda, choices)),
    )


def sign(
    agenda: Agenda, choices: Choices, standing: Standing, signer: Signer, new_id: Callable[[], str]
) -> Signed:
    """Everything that one signature writes.

    Raises Problem PRECONDITION AKS-MED-020 while a disagreement is not judged, INVALID AKS-MED-021 while a reason is missing
    for giving what an allergy speaks against.
    """
    _complete(agenda, choices)
    writing = _Writing(agenda, standing, signer, new_id)
    for row in agenda.rows:
        writing.row(row, _option(row, choices), choices.get(row.key) or Choice(row.key, ""))
    writing.list(tally(agenda, choices))
    return Signed(writing.list_id, tuple(writing.writes), tally(agenda, choices), tuple(writing.sentences))


def _complete(agenda: Agenda, choices: Choices) -> None:
    left = unchosen(agenda, choices)
    if left:
        raise _not_judged(len(left))
    if unreasoned(agenda, choices):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-MED-021",
            "Begrunnelse mangler for et legemiddel pasienten har oppgitt allergi mot.",
            why="Den som gir legemidlet, må kunne lese hvorfor det likevel skal brukes.",
            now="Skriv en kort begrunnelse i raden, eller velg noe annet.",
        )


def _not_judged(count: int) -> Problem:
    return Problem(
        ProblemKind.PRECONDITION,
        "AKS-MED-020",
        "Ett avvik er ikke vurdert." if count == 1 else f"{count} avvik er ikke vurdert.",
        why="Hva pasienten skal bruke, velges av et menneske.",
        now="Velg for hvert avvik. «Avklar» er også et valg.",
    )


def _option(row: Row, choices: Choices) -> Option | None:
    choice = choices.get(row.key)
    return row.option(choice.option) if choice else None


class _Writing:
    """The writes so far, and the lines of the list to be."""

    def __init__(self, agenda: Agenda, standing: Standing, signer: Signer, new_id: Callable[[], str]) -> None:
        self._agenda = agenda
        self._standing = standing
        self._signer = signer
        self._new_id = new_id
        self.list_id = str((standing.list or {}).get("id") or working_list_id(standing.patient))
        self.writes: list[Write] = []
        self.sentences: list[str] = []
        self._entries: list[str] = []
        self._clarify = 0

    def row(self, row: Row, option: Option | None, choice: Choice) -> None:
        own = [line for line in row.own if in_use(line)]
        act = option.act if option else Act.KEEP
        source = self._source(option.source) if option else None
        reason = choice.reason.strip() or (_reason_of(row, option) if option else "")
        targets: list[str] = []
        if act in (Act.KEEP, Act.CLARIFY):
            said = f"Skal avklares: {row.told[0].label.lower()}." if act is Act.CLARIFY else reason
            targets = [self._statement(self._confirmed(line, said, chosen=act is Act.KEEP)) for line in own]
            self._clarify += act is Act.CLARIFY
        elif act is Act.TAKE and option and source:
            targets = self._take(own, of_source(row, option.source), source, reason)
        elif act is Act.ONLY and option:
            for line in own:
                gone = stopped(
                    line, reason or "Samme virkestoff to ganger", self._signer.reference, self._signer.at
                )
                kept = self._confirmed(line, reason, chosen=True)
                targets.append(self._statement(kept if line.id == option.line else gone))
        elif act is Act.STOP:
            why = reason or "Seponert ved samstemming"
            targets = [
                self._statement(stopped(line, why, self._signer.reference, self._signer.at)) for line in own
            ]
        if option:
            self._chosen(row, option, source, reason, targets)

    def _confirmed(self, line: SourceLine, said: str, *, chosen: bool) -> Resource:
        """She uses it as it stands: somebody has said so today."""
        kept = deepcopy(line.resource)
        if chosen or not said:
            kept["dateAsserted"] = self._signer.at.isoformat(timespec="seconds")
        return noted(kept, said, self._signer.reference, self._signer.at)

    def _take(
        self, own: list[SourceLine], theirs: tuple[SourceLine, ...], source: SourceList, reason: str
    ) -> list[str]:
        """Their lines in the place of ours, one for one; what is left of ours is stopped."""
        left = list(own)
        targets = []
        for line in theirs:
            mine = next((one for one in left if one.strength == line.strength), left[0] if left else None)
            if mine is not None:
                left.remove(mine)
            new = adopted(
                line, mine, source, self._standing.patient, self._signer.reference, self._signer.at, reason
            )
            targets.append(self._statement(new))
        why = reason or f"Erstattet etter {source.title}"
        targets += [
            self._statement(stopped(one, why, self._signer.reference, self._signer.at)) for one in left
        ]
        return targets

    def _statement(self, resource: Resource) -> str:
        id = str(resource.get("id", ""))
        if f"MedicationStatement/{id}" not in self._standing.versions:
            id = self._new_id()  # a line inside a list has an id of that list alone
        place = f"MedicationStatement/{id}"
        self._put("MedicationStatement", id, {**resource, "id": id})
        if resource.get("status") in ("active", "intended", "on-hold"):
            self._entries.append(place)
        return place

    def _put(self, type: str, id: str, resource: Resource) -> None:
        clean = {**resource, "resourceType": type, "id": id}
        clean.pop("meta", None)
        self.writes.append(Write(type, id, clean, self._standing.versions.get(f"{type}/{id}")))

    def _source(self, reference: str) -> SourceList | None:
        return next((one for one in self._agenda.sources if one.reference == reference and reference), None)

    def _chosen(
        self, row: Row, option: Option, source: SourceList | None, reason: str, targets: list[str]
    ) -> None:
        whence = f" ({source.title})" if source else ""
        self.sentences.append(f"{row.name}: {option.label}{whence}.")
        self._provenance(
            f"{row.name}: {row.told[0].label.lower()}. Valgt: {option.label}",
            targets or [f"List/{self.list_id}"],
            [source] if source else [],
            reason,
        )

    def _provenance(self, what: str, targets: list[str], sources: list[SourceList], reason: str) -> None:
        at = self._signer.at.isoformat(timespec="seconds")
        resource: Resource = {
            # The patient too: it belongs to her record, and is found by her.
            "target": [{"reference": one} for one in (*targets, f"Patient/{self._standing.patient}")],
            "occurredDateTime": at,
            "recorded": at,
            "activity": {"text": what},
            "agent": [{"type": {"text": "Valgt og signert av"}, "who": self._signer.reference}],
        }
        if reason:
            resource["reason"] = [{"text": reason}]
        entities = [
            {"role": "source", "what": {"reference": one.reference, "display": one.title}}
            for one in sources
            if one.reference
        ]
        if entities:
            resource["entity"] = entities
        self._put("Provenance", self._new_id(), resource)

    def list(self, numbers: Tally) -> None:
        """The working List as it now is, what it was reconciled with, and one task for all that is to be clarified."""
        at = self._signer.at.isoformat(timespec="seconds")
        others = [one for one in self._agenda.sources if one.kind is not OWN and one.reference]
        before = deepcopy(self._standing.list or {})
        extensions = [e for e in before.get("extension") or [] if e.get("url") not in (SETTLED, SOURCE)]
        known = settled(before) | {one.reference for one in others}
        against = ", ".join(one.title for one in others)
        resource: Resource = {
            **before,
            "extension": [
                {"url": SOURCE, "valueCode": OWN.value},
                *extensions,
                *({"url": SETTLED, "valueReference": {"reference": one}} for one in sorted(known)),
            ],
            "identifier": [{"system": SIGNATURE, "value": self._signer.id}],
            "status": "current",
            "mode": "working",
            "title": before.get("title") or "Kommunens liste",
            "code": {"coding": [{"system": LOINC, "code": MEDICATION_LIST}], "text": "Legemidler i bruk"},
            "subject": {"reference": f"Patient/{self._standing.patient}"},
            "date": at,
            "source": self._signer.reference,
            "note": [{"time": at, "text": f"Samstemt mot {against}." if against else "Bekreftet."}],
            "entry": [{"item": {"reference": place}} for place in self._entries],
        }
        resource.pop("emptyReason", None)
        resource.pop("contained", None)
        if not self._entries:
            del resource["entry"]
            resource["emptyReason"] = {"coding": [{"system": EMPTY_REASON, "code": "nilknown"}]}
        self._put("List", self.list_id, resource)
        self._provenance("Legemiddelsamstemming", [f"List/{self.list_id}"], others, "")
        if self._clarify:
            self._task(numbers.clarified)

    def _task(self, count: int) -> None:
        """Names no medicine: an item of the unit is read by more than those who read the list."""
        words = (
            "Ett legemiddel skal avklares med lege."
            if count == 1
            else f"{count} legemidler skal avklares med lege."
        )
        self._put(
            "Task",
            self._new_id(),
            {
                "status": "requested",
                "intent": "order",
                "priority": "urgent",
                "code": {"coding": [{"system": TASKS, "code": CLARIFY_CODE}], "text": "Avklare legemidler"},
                "description": words,
                "for": {"reference": f"Patient/{self._standing.patient}"},
                "focus": {"reference": f"List/{self.list_id}"},
                "authoredOn": self._signer.at.isoformat(timespec="seconds"),
                "requester": self._signer.reference,
                "owner": self._signer.owner,
            },
        )


def reason_said(row: Row, option: Option) -> tuple[str, str]:
    """(the reason that the source of an answer gives, whose it is); ("", "")."""
    for cell in row.cells:
        if cell.source.reference != option.source or cell.source.kind is OWN:
            continue
        for line in cell.lines:
            said = line.stop_reason or line.note or (line.indication if option.act is Act.TAKE else "")
            if said:
                return said.rstrip("."), wording.of_source(cell.source.kind)
    return "", ""


def _reason_of(row: Row, option: Option) -> str:
    said, whose = reason_said(row, option)
    return f"Fra {whose}: {said}" if said else ""


def confirmed_only(agenda: Agenda) -> bool:
    """Whether nothing is to be judged: «Ingen avvik. Bekreft 12 like og signer.»"""
    return not agenda.of(RowKind.DISAGREEMENT)
