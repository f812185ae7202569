"""The record, opened for whoever asks for documents from outside: as the FHIR door opens it."""

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.record.door import Record
from akson.record.session import RecordSession

_USUAL = {
    ActorKind.CITIZEN: PurposeOfUse.PATIENT_REQUEST,
    ActorKind.PROXY: PurposeOfUse.PATIENT_REQUEST,
    ActorKind.SYSTEM: PurposeOfUse.OPERATIONS,
}


def open_for(record: Record, actor: Actor, purpose: PurposeOfUse | None, ground: str = "") -> RecordSession:
    """For the purpose that was stated, else the one that is usual for this kind of actor."""
    return record.open(actor, purpose or _USUAL.get(actor.kind, PurposeOfUse.TREATMENT), ground=ground)
