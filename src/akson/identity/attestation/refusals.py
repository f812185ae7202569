"""Why an attestation is refused: a stable id for each kind of fault, the framework's rule, and its name for the error."""

from dataclasses import dataclass

from akson.fhir.problem import Problem, ProblemKind


@dataclass(frozen=True, slots=True)
class Refusal:
    number: str
    why: str
    rule: str = ""
    error: str = "invalid_authorization_details"
    """As OAuth or the framework names it."""


UNREADABLE = Refusal("001", "The details are not a list of objects.")
DOUBLE = Refusal("002", "Details stand in two places.", error="access_denied")
SEVERAL = Refusal("003", "There is more than one attestation.")
ORGANISATION = Refusal("004", "The organisation asked for is not the token's.", "ATT-13")
STRUCTURE = Refusal("010", "The structure is not that of information model 1.1.")
TOA = Refusal("011", "The time of attestation is missing or no whole number.", "ATT-58")
IDENTIFIER = Refusal("012", "The practitioner is not identified by fødselsnummer or D-number.", "ATT-10")
HPR_FORM = Refusal("013", "The HPR number is not written as one.", "ATT-29")
AUTHORISATION_FORM = Refusal("014", "The authorisation is not one of 9060.", "ATT-32")
LEGAL_ENTITY_FORM = Refusal("015", "The legal entity is not a main unit of the register.", "ATT-13")
POINT_OF_CARE_FORM = Refusal("016", "The point of care is not a unit of the register.", "ATT-18")
DEPARTMENT_FORM = Refusal("017", "The department is not identified.", "ATT-28")
SERVICE = Refusal("018", "The health service is not of a list that is allowed.", "ATT-37")
PURPOSE = Refusal("019", "The purpose is missing or not one of TREAT, ETREAT, COC, BTG.", "ATT-38")
NEITHER = Refusal("020", "Neither health service nor details of the purpose are given.", "ATT-43")
DETAILS = Refusal("021", "The details of the purpose are not a code.", "ATT-45")
NO_DECISION = Refusal("022", "The decision on access is not referred to.", "ATT-46")
SELECTED = Refusal("023", "Whether the user chose herself is not true or false.", "ATT-48")
PATIENTS_FORM = Refusal("024", "A patient is not identified.", "ATT-4")
CARE = Refusal("025", "There is not exactly one care relation.", "ATT-33")
PATIENT_PLACE = Refusal("026", "The place of a patient's contact is not a unit of the register.", "ATT-49")
EXPIRED = Refusal("030", "The attestation is too old.", "ATT-58", "attestation_has_expired")
FROM_THE_FUTURE = Refusal("031", "The attestation was made later than now.", "ATT-58")
PRACTITIONER = Refusal("040", "The practitioner is not the user of the token.", "ATT-11")
PRACTITIONER_SYSTEM = Refusal(
    "041", "The practitioner's number is not of the series that is named.", "ATT-10"
)
HPR = Refusal("042", "The HPR number is not the user's.", "ATT-29")
AUTHORISATION = Refusal("043", "An authorisation is named for one who is not in HPR.", "ATT-32")
LEGAL_ENTITY = Refusal("050", "The legal entity is not the one that the key belongs to.", "ATT-2")
NOT_VOUCHED = Refusal("051", "The issuer may not vouch for this enterprise.", "ATT-2")
POINT_OF_CARE = Refusal("052", "The point of care is not the token's.", "ATT-19")
DECISION = Refusal("060", "The reference to the decision cannot be one.", "ATT-46")
TOO_MANY_PATIENTS = Refusal("070", "It names more patients than one attestation may.", "ATT-4")
PATIENT_TWICE = Refusal("071", "A patient is named twice.", "ATT-4")
PATIENT_NUMBER = Refusal("072", "A patient's number cannot be one.", "ATT-4")
BREAKS_WHICH_GLASS = Refusal("073", "Emergency access is for one named patient.", "ATT-41")
REPLAYED = Refusal("080", "Its id has been used by another attestation.", "ATT-2")

BY_RULE: dict[str, Refusal] = {
    "ATT-4": PATIENTS_FORM,
    "ATT-10": IDENTIFIER,
    "ATT-13": LEGAL_ENTITY_FORM,
    "ATT-18": POINT_OF_CARE_FORM,
    "ATT-19": POINT_OF_CARE_FORM,
    "ATT-28": DEPARTMENT_FORM,
    "ATT-29": HPR_FORM,
    "ATT-32": AUTHORISATION_FORM,
    "ATT-33": CARE,
    "ATT-37": SERVICE,
    "ATT-38": PURPOSE,
    "ATT-43": NEITHER,
    "ATT-45": DETAILS,
    "ATT-46": NO_DECISION,
    "ATT-48": SELECTED,
    "ATT-49": PATIENT_PLACE,
    "ATT-58": TOA,
}
"""What a fault of structure (checking.py) is called."""


def refused(refusal: Refusal, where: str = "") -> Problem:
    """The Problem. `where` names an element, never a value."""
    rule = f" ({refusal.rule})" if refusal.rule else ""
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        f"AKS-ATTEST-{refusal.number}",
        "The attestation is not accepted.",
        why=f"{refusal.why}{rule} {where} Error: {refusal.error}.".replace("  ", " "),
        now="Make a new attestation from the local decision on access, and get a new token.",
    )
