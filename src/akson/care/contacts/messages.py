"""Care messages about a patient, as the post left them in the record: Communications.

Spec: https://hl7.org/fhir/R4/communication.html. Message formats and receipts as documents belong to the post; here
is only what a reader needs of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, any_code, code_in, concept_text, display, instant, reference

# Kodeverk 8279, message types. https://volven.no (OID 2.16.578.1.12.4.1.1.8279).
MESSAGE_TYPES = "urn:oid:2.16.578.1.12.4.1.1.8279"
TITLES = {
    "DIALOG_AVVIK": "Feil i melding vi har sendt",
    "EPJ-EKSTRAKT": "Legemiddelopplysninger",
    "ERM251": "Pasientens legemiddelliste",
    "ERM252": "Multidose: legemidler i bruk",
    "ERM253": "Multidose: pakket",
    "ERM271": "Multidoseansvar",
    "ERM272": "Multidoseansvar, svar",
    "ERM273": "Multidoseansvar for gruppe",
    "ERM274": "Multidoseansvar for gruppe, svar",
    "ERM28": "Ny multidoselege",
    "ERM911": "Forespørsel om legemidler i bruk",
    "ERM912": "Legemidler i bruk",
    "FRAVARSMELDING": "Mottaker er fraværende",
    "HELSEOPPL_SOKNAD": "Helseopplysninger fra sykehus",
    "HENVISNING_NYTILSTAND": "Henvisning",
    "LOG_AVMELDING": "Ikke lenger utskrivningsklar",
    "LOG_DOD": "Dødsfall",
    "LOG_INNLAGT": "Innlagt på sykehus",
    "LOG_UTSKREVET": "Utskrevet fra sykehus",
    "LOG_UTSKRIVNINGSKLAR": "Utskrivningsklar pasient",
    "MEDISINSKE_OPPLYSNINGER": "Medisinske opplysninger fra lege",
    "SVAR_CYT": "Prøvesvar, cytologi",
    "SVAR_HIST": "Prøvesvar, histologi",
    "SVAR_KKL": "Prøvesvar, klinisk kjemi",
    "SVAR_LAB": "Prøvesvar, laboratoriemedisin",
    "SVAR_MBIO": "Prøvesvar, mikrobiologi",
    "SVAR_RTG": "Svar på bildeundersøkelse",
}
"""Those that are called otherwise than their type."""
FIELDS = "https://akson.no/fhir/StructureDefinition/message-content"
"""Extension that holds a message field by field, as the post declares it."""
NOTICE = "notification"
"""Category of letters to the citizen about her own record (HL7 communication-category)."""
UNKNOWN_SENDER = "Ukjent avsender"
CANCELLED = "Kansellert"


@dataclass(frozen=True, slots=True)
class CareMessage:
    id: str
    title: str
    type_code: str
    sender: str
    receiver: str
    text: str
    """What a person reads first: all of a letter, the summary of a message made of fields."""
    fields: str
    """Every field the message carries, `Label: value` by line; "" for a letter."""
    sent: datetime | None
    received: datetime | None
    status: str
    """Communication.status: `completed` once it has been taken in or delivered."""

    @property
    def at(self) -> datetime | None:
        """When it reached the record, else when it was sent."""
        return self.received or self.sent


def _name(reference_element: Resource, message: Resource, known: Mapping[str, Resource]) -> str:
    contained = {f"#{c.get('id')}": c for c in message.get("contained") or []}
    target = contained.get(reference(reference_element)) or known.get(reference(reference_element)) or {}
    name = target.get("name")
    return display(reference_element) or (name if isinstance(name, str) else "")


def _parts(text: str, *, structured: bool) -> tuple[str, str]:
    """A message made of fields is rendered as a summary, a blank line, and every field it carries."""
    summary, _, fields = text.partition("\n\n") if structured else (text, "", "")
    return summary, fields


def _made_of_fields(message: Resource, code: str) -> bool:
    declared = any(e.get("url") == FIELDS for e in message.get("extension") or [])
    return declared or code in TITLES


def care_message(message: Resource, known: Mapping[str, Resource] | None = None) -> CareMessage:
    """One Communication. `known` maps `Organization/id` and the like to resources read together with it."""
    categories = message.get("category") or []
    code = next((c for c in (code_in(concept, MESSAGE_TYPES) for concept in categories) if c), "")
    words = next((w for w in map(concept_text, categories) if w), "Melding")
    payloads = [p.get("contentString", "") for p in message.get("payload") or []]
    text, fields = _parts("\n\n".join(p for p in payloads if p), structured=_made_of_fields(message, code))
    receivers = [_name(r, message, known or {}) for r in message.get("recipient") or []]
    return CareMessage(
        id=str(message.get("id", "")),
        # A message that takes back an earlier one says so in its category.
        title=words if words.startswith(CANCELLED) else TITLES.get(code, words),
        type_code=code,
        sender=_name(message.get("sender") or {}, message, known or {}) or UNKNOWN_SENDER,
        receiver=", ".join(r for r in receivers if r),
        text=text,
        fields=fields,
        sent=instant(message.get("sent")),
        received=instant(message.get("received")),
        status=str(message.get("status", "")),
    )


def care_messages(
    communications: Iterable[Resource], known: Mapping[str, Resource] | None = None
) -> list[CareMessage]:
    """Newest first. What the record tells the citizen of who has opened it is no message between those who care."""
    found = [
        care_message(c, known)
        for c in communications
        if c.get("status") != "entered-in-error" and not any_code(c.get("category") or [], NOTICE)
    ]
    return sorted(found, key=lambda m: (_stamp(m.at), _stamp(m.sent)), reverse=True)


def _stamp(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
