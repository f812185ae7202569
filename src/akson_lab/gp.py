"""The GP office: asks the municipality, and answers what it is asked. Dialogue message 1.1 in MsgHead 1.2.

Source: HIS 80704 annex C.
"""

from akson.exchange.components import dialogue
from akson.exchange.schema import Coded, Values, write_structure
from akson_lab.facts import Shipment, StayFacts
from akson_lab.hospital import LISTS, enveloped

REQUEST = Coded("DIALOG_FORESPORSEL", "Forespørsel")
ANSWER = Coded("DIALOG_SVAR", "Svar på forespørsel")
_OTHER = Coded("99", "Annen henvendelse", f"{LISTS}9152")
_ABOUT_A_PATIENT = Coded("6", "Henvendelse om pasient", f"{LISTS}7322")


def request_message(facts: StayFacts, shipment: Shipment, *, topic: str, text: str) -> bytes:
    """DIALOG_FORESPORSEL as bytes."""
    asked = {"TypeForesp": _OTHER, "EmneSporsmal": topic, "Sporsmal": text, **_by(facts)}
    return _message(facts, shipment, REQUEST, {"Foresporsel": (asked,)})


def answer_message(facts: StayFacts, shipment: Shipment, *, topic: str, text: str) -> bytes:
    """DIALOG_SVAR as bytes; the shipment names the request as its parent."""
    said = {"TemaKodet": _ABOUT_A_PATIENT, "Tema": topic, "TekstNotatInnhold": text, **_by(facts)}
    return _message(facts, shipment, ANSWER, {"Notat": (said,)})


def _by(facts: StayFacts) -> Values:
    doctor = {
        "TypeHealthcareProfessional": Coded("LE", "Lege"),
        "FamilyName": facts.responsible_family,
        "GivenName": facts.responsible_given,
    }
    role = {"RoleToPatient": Coded("6", "Fastlege", f"{LISTS}9034"), "HealthcareProfessional": doctor}
    return {"RollerRelatertNotat": (role,)}


def _message(facts: StayFacts, shipment: Shipment, type: Coded, body: Values) -> bytes:
    return enveloped(facts, shipment, type, write_structure(dialogue.STRUCTURE, body, dialogue.PREFIXES))
