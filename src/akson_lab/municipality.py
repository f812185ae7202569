"""What a municipality writes to a hospital, from plain facts: the neighbour's, and that of a stand-in for one's own.

Source: HIS 1143 (admission report), HIS 80704 annex C (the note that answers "ready"), HIS 1147.
"""

from datetime import date

from akson.exchange.components import dialogue
from akson.exchange.messages import admission_report, information_to_doctor
from akson.exchange.schema import Coded, Values, write_structure
from akson_lab.facts import Shipment, StayFacts
from akson_lab.gp import _by
from akson_lab.hospital import JOURNAL_NOTE, LISTS, _typed, enveloped

NOTE_TYPE = Coded("DIALOG_NOTAT", "Dialognotat")
ANSWERS_READY = Coded("1", "Tilbakemelding på mottak av utskrivningsklar pasient", f"{LISTS}9155")
CAN = "Kommunen kan ta imot pasienten"
CANNOT = "Kommunen kan ikke ta imot pasienten ennå"


def admission_report_message(facts: StayFacts, shipment: Shipment, *, text: str) -> bytes:
    """INNLEGGELSESRAPPORT as bytes: why, and the nurses' summary, in one text."""
    return _typed(facts, shipment, admission_report.MESSAGE, _told(facts, text))


def information_message(facts: StayFacts, shipment: Shipment, *, text: str) -> bytes:
    """HELSEOPPLYSNINGER_LEGE as bytes."""
    body: Values = {
        **_told(facts, text),
        "InnholdKonsultasjon": {"TypeInnholdKonsultasjon": Coded("2", "Kontakt om pasient", f"{LISTS}9137")},
    }
    return _typed(facts, shipment, information_to_doctor.MESSAGE, body)


def ready_answer(facts: StayFacts, shipment: Shipment, *, on: date | None) -> bytes:
    """DIALOG_NOTAT as bytes, about the "ready" message: from which day she can come; None for not yet."""
    text = f"{CAN} {on:%d.%m.%Y}." if on else f"{CANNOT}. Ny dato følger."
    said = {"TemaKodet": ANSWERS_READY, "TekstNotatInnhold": text, **_by(facts)}
    content = write_structure(dialogue.STRUCTURE, {"Notat": (said,)}, dialogue.PREFIXES)
    return enveloped(facts, shipment, NOTE_TYPE, content)


def _told(facts: StayFacts, text: str) -> Values:
    diagnosis = {"Hoveddiagnose": True, "DiagnoseBeskrivelse": facts.description}
    return {
        "InfoMedisinskDiagnose": ({"MedisinskDiagnose": (diagnosis,)},),
        "MedisinskfagligeOpplysninger": {
            "GenereltJournalnotat": ({**JOURNAL_NOTE, "Journaltekst": ({"Notat": text},)},)
        },
    }
