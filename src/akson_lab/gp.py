"""The GP office: asks the municipality, and answers what it is asked. Dialogue message 1.1 (deviations 1.0) in MsgHead 1.2.

Source: HIS 80704 annex C, HIS 1152 (deviations), HIS 1147 (medical information).
"""

from akson.exchange.components import dialogue
from akson.exchange.messages import medical_information
from akson.exchange.schema import Coded, Values, write_structure
from akson_lab.facts import Shipment, StayFacts
from akson_lab.hospital import JOURNAL_NOTE, LISTS, _typed, enveloped

REQUEST = Coded("DIALOG_FORESPORSEL", "Forespørsel")
ANSWER = Coded("DIALOG_SVAR", "Svar på forespørsel")
DEVIATION = Coded("DIALOG_AVVIK", "Melding om avvik")
CODES = {
    "1": "Helseopplysninger",
    "3": "Tjenestetilbud",
    "4": "Legemiddelopplysninger",
    "5": "Vurdering av tilstand",
    "6": "Fornye resept(er).",
    "7": "Time til undersøkelse/behandling",
    "8": "Status/plan for utskrivning",
    "99": "Annen henvendelse",
}
"""9152: what is asked for. 3 and 5 stand in the guide's list, and not in the edition of the list that is at hand."""
ANSWER_CODES = {"3": "Har ikke ønskede opplysninger", "5": "Svar på forespørsel"}
"""9069."""
WRONG_ADDRESSEE, LACKING, OTHER = "1", "2", "9"
_FAULTS = {WRONG_ADDRESSEE: "Feil adressat", LACKING: "Mangelfulle opplysninger", OTHER: "Annet"}
_ABOUT_A_PATIENT = Coded("6", "Henvendelse om pasient", f"{LISTS}7322")


def request_message(
    facts: StayFacts, shipment: Shipment, *, topic: str, text: str, code: str = "99"
) -> bytes:
    """DIALOG_FORESPORSEL as bytes."""
    kind = Coded(code, CODES[code], f"{LISTS}9152")
    asked = {"TypeForesp": kind, "EmneSporsmal": topic, "Sporsmal": text, **_by(facts)}
    return _message(facts, shipment, REQUEST, {"Foresporsel": (asked,)})


def answer_message(facts: StayFacts, shipment: Shipment, *, topic: str, text: str, code: str = "") -> bytes:
    """DIALOG_SVAR as bytes; the shipment names the request as its parent. `code` of 9069."""
    theme = Coded(code, ANSWER_CODES[code], f"{LISTS}9069") if code else _ABOUT_A_PATIENT
    said = {"TemaKodet": theme, "Tema": topic, "TekstNotatInnhold": text, **_by(facts)}
    return _message(facts, shipment, ANSWER, {"Notat": (said,)})


def deviation_message(facts: StayFacts, shipment: Shipment, *, fault: str, text: str) -> bytes:
    """DIALOG_AVVIK as bytes; the shipment names what is wrong as its parent."""
    said = {
        "TemaKodet": Coded(fault, _FAULTS[fault], f"{LISTS}8117"),
        "TekstNotatInnhold": text,
        **_by(facts),
    }
    content = write_structure(dialogue.STRUCTURE_1_0, {"Notat": (said,)}, dialogue.PREFIXES_1_0)
    return enveloped(facts, shipment, DEVIATION, content)


def medical_message(facts: StayFacts, shipment: Shipment, *, text: str) -> bytes:
    """MEDISINSKE_OPPLYSNINGER as bytes."""
    diagnosis = {"Hoveddiagnose": True, "DiagnoseBeskrivelse": facts.description}
    body: Values = {
        "InfoMedisinskDiagnose": {"MedisinskDiagnose": (diagnosis,)},
        "MedisinskfagligeOpplysninger": {
            "GenereltJournalnotat": ({**JOURNAL_NOTE, "Journaltekst": ({"Notat": text},)},)
        },
    }
    return _typed(facts, shipment, medical_information.MESSAGE, body)


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
