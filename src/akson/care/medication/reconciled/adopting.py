"""New versions of one statement: as another source has it, stopped, or with a word added.

What the other source does not say is kept as our own list has it: missing information is no disagreement.
"""

from copy import deepcopy
from datetime import datetime

from akson.care.fhir_json import Resource
from akson.care.medication.lines import SourceLine
from akson.care.medication.medicine import ATC
from akson.care.medication.reconciled.wording import brief
from akson.care.medication.sources import SourceList

_MEDICATION = ("contained", "medicationReference", "medicationCodeableConcept")


def adopted(
    theirs: SourceLine,
    own: SourceLine | None,
    source: SourceList,
    patient: str,
    by: Resource,
    at: datetime,
    reason: str,
) -> Resource:
    """The statement that holds what `theirs` says; a new version of `own` where there is one."""
    told = theirs.resource
    new: Resource = deepcopy(own.resource) if own else {"subject": {"reference": f"Patient/{patient}"}}
    if own is None or _other_piece(theirs, own):
        for part in _MEDICATION:
            new.pop(part, None)
        new |= {part: deepcopy(told[part]) for part in _MEDICATION if part in told}
        if own is not None:
            _keep_atc(new, own)
    if told.get("dosage") and (theirs.dose.text or own is None):
        new["dosage"] = deepcopy(told["dosage"])
    if told.get("reasonCode"):
        new["reasonCode"] = deepcopy(told["reasonCode"])
    new.pop("statusReason", None)
    new["status"] = "on-hold" if told.get("status") == "on-hold" else "active"
    new["effectivePeriod"] = _period(theirs, own, at)
    new["dateAsserted"] = at.isoformat(timespec="seconds")
    new["informationSource"] = deepcopy(told.get("informationSource")) or {
        "display": theirs.provenance.by or source.title
    }
    if source.reference:
        new["derivedFrom"] = [{"reference": source.reference, "display": source.title}]
    before = f"Endret fra {brief(own)}" if own else "Lagt til"
    return noted(new, " ".join(p for p in (f"{before} etter {source.title}.", reason) if p), by, at)


def stopped(line: SourceLine, why: str, by: Resource, at: datetime) -> Resource:
    """No longer used, from today."""
    gone = deepcopy(line.resource)
    gone["status"] = "stopped"
    gone["statusReason"] = [{"text": why}]
    gone["effectivePeriod"] = {**(gone.get("effectivePeriod") or {}), "end": at.date().isoformat()}
    gone["dateAsserted"] = at.isoformat(timespec="seconds")
    return noted(gone, f"Seponert: {why}", by, at)


def noted(resource: Resource, words: str, by: Resource, at: datetime) -> Resource:
    """With one more note, and who wrote it."""
    if words:
        note = {"authorReference": by, "time": at.isoformat(timespec="seconds"), "text": words}
        resource["note"] = [*(resource.get("note") or []), note]
    return resource


def _other_piece(theirs: SourceLine, own: SourceLine) -> bool:
    """Whether what is to be given is another thing, not only more or less of it."""
    return any(
        said and "".join(said.casefold().split()) != "".join(mine.casefold().split())
        for said, mine in ((theirs.strength, own.strength), (theirs.form, own.form))
    )


def _keep_atc(new: Resource, own: SourceLine) -> None:
    """They may name it without a code; it is the drug that our list has the code of."""
    concept = new.get("medicationCodeableConcept")
    if concept is None:
        concept = next((c.setdefault("code", {}) for c in new.get("contained") or []), None)
    if concept is None or not own.atc:
        return
    codings = concept.setdefault("coding", [])
    if not any(coding.get("system") == ATC for coding in codings):
        codings.append({"system": ATC, "code": own.atc})


def _period(theirs: SourceLine, own: SourceLine | None, at: datetime) -> Resource:
    start = theirs.start or (own.start if own else None) or at.date()
    return {"start": start.isoformat(), **({"end": theirs.stop.isoformat()} if theirs.stop else {})}
