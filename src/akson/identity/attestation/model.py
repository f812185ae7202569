"""The attestation of the national trust framework as data: which elements there are, what each must be, which rule says so.

    attestation.practitioner.legal_entity    required; an identifier in …4.101 of nine digits     ATT-13

Written from the information model 1.1 (30.04.2024, NorskHelsenett/Tillitsrammeverk). `checking.py` walks it. The model says
`care_relation`, the request to HelseID `care_relationship`: both are read.
"""

import re
from dataclasses import dataclass, field
from enum import Enum

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
D_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.2"
HELP_NUMBER = "urn:oid:2.16.578.1.12.4.1.4.3"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ORGANISATION = "urn:oid:2.16.578.1.12.4.1.4.101"
AUTHORISATIONS = "urn:oid:2.16.578.1.12.4.1.1.9060"
PURPOSES = "urn:oid:2.16.840.1.113883.1.11.20448"
SERVICE_TYPES = "urn:oid:2.16.578.1.12.4.1.1.9151"
MUNICIPAL_SERVICES = "urn:oid:2.16.578.1.12.4.1.1.8663"
HEALTHCARE_SERVICES = tuple(
    f"urn:oid:2.16.578.1.12.4.1.1.{number}"
    for number in (8655, 8627, 8451, 8668, 8663, 8662, 8664, 8666, 7750, 8254)
)
PURPOSE_CODES = ("TREAT", "ETREAT", "COC", "BTG")
PARAMETERS_TYPE = "nhn:tillitsrammeverk:parameters"
TOA_MIN = 1_500_000_000
CARE_NAMES = ("care_relation", "care_relationship")
DECISION_ID = r"[A-Za-z0-9_.-]{1,64}"
"""As HelseID reads it; the model itself asks for a text that is not empty."""


class Kind(Enum):
    TEXT = "a text"
    URN = "a text that begins with urn:"
    WHOLE = "a whole number"
    TRUTH = "true or false"
    GROUP = "an object"
    LIST = "a list of objects"


@dataclass(frozen=True, slots=True)
class Element:
    kind: Kind
    members: tuple[tuple[str, "Element"], ...] = ()
    required: tuple[str, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    """Of each group of names exactly one stands there."""
    some_of: tuple[tuple[str, ...], ...] = ()
    """Of each group of names at least one stands there."""
    allowed: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None
    not_empty: bool = False
    at_least: int | None = None
    rule: str = ""
    """The business rule that is broken when this element is wrong."""
    rules: tuple[tuple[str, str], ...] = field(default_factory=tuple)
    """(name, rule) for names that are required or chosen among."""


_TEXT = Element(Kind.TEXT)
_URN = Element(Kind.URN)
_SOME_TEXT = Element(Kind.TEXT, not_empty=True)


def _identity(*systems: str, id: Element = _SOME_TEXT, rule: str = "") -> Element:
    system = Element(Kind.URN, allowed=systems, rule=rule)
    members = (("id", id), ("name", _TEXT), ("system", system), ("authority", _TEXT))
    return Element(Kind.GROUP, members, required=("id", "system"), rule=rule)


def _coded(*systems: str, codes: tuple[str, ...] = (), rule: str = "") -> Element:
    code = Element(Kind.TEXT, not_empty=True, allowed=codes, rule=rule)
    system = Element(Kind.URN, allowed=systems, rule=rule)
    members = (("code", code), ("text", _TEXT), ("system", system), ("assigner", _TEXT))
    return Element(Kind.GROUP, members, required=("code", "system"), rule=rule)


def _digits(pattern: str) -> Element:
    return Element(Kind.TEXT, not_empty=True, pattern=re.compile(pattern, re.ASCII))


_ENTITY_ID = _digits(r"\d{9}")
_DEPARTMENT = _identity(rule="ATT-28")
_PRACTITIONER = Element(
    Kind.GROUP,
    (
        ("identifier", _identity(FNR, D_NUMBER, rule="ATT-10")),
        ("hpr_nr", _identity(HPR, id=_digits(r"\d{1,9}"), rule="ATT-29")),
        ("authorization", _coded(AUTHORISATIONS, rule="ATT-32")),
        ("legal_entity", _identity(ORGANISATION, id=_ENTITY_ID, rule="ATT-13")),
        ("point_of_care", _identity(ORGANISATION, id=_ENTITY_ID, rule="ATT-18")),
        ("department", _DEPARTMENT),
    ),
    required=("identifier", "legal_entity", "point_of_care"),
    rules=(("identifier", "ATT-10"), ("legal_entity", "ATT-13"), ("point_of_care", "ATT-19")),
)


def _decision(id: Element) -> Element:
    selected = Element(Kind.TRUTH, rule="ATT-48")
    return Element(
        Kind.GROUP,
        (("id", id), ("description", _TEXT), ("user_selected", selected)),
        required=("id", "user_selected"),
        rule="ATT-46",
        rules=(("user_selected", "ATT-48"),),
    )


def _care(service: Element, purpose: Element, details: Element, decision: Element) -> Element:
    return Element(
        Kind.GROUP,
        (
            ("healthcare_service", service),
            ("purpose_of_use", purpose),
            ("purpose_of_use_details", details),
            ("decision_ref", decision),
        ),
        required=("purpose_of_use", "decision_ref"),
        some_of=(("healthcare_service", "purpose_of_use_details"),),
        rules=(
            ("purpose_of_use", "ATT-38"),
            ("decision_ref", "ATT-46"),
            ("healthcare_service", "ATT-43"),
        ),
    )


_CARE = _care(
    _coded(*HEALTHCARE_SERVICES, rule="ATT-37"),
    _coded(PURPOSES, codes=PURPOSE_CODES, rule="ATT-38"),
    _coded(rule="ATT-45"),
    _decision(_SOME_TEXT),
)
_PATIENT = Element(
    Kind.GROUP,
    (
        ("identifier", _identity(FNR, D_NUMBER, HELP_NUMBER, rule="ATT-4")),
        ("point_of_care", _identity(ORGANISATION, rule="ATT-49")),
        ("department", _DEPARTMENT),
    ),
    required=("identifier",),
    rules=(("identifier", "ATT-4"),),
)
STATEMENT = Element(
    Kind.GROUP,
    (
        ("toa", Element(Kind.WHOLE, at_least=TOA_MIN, rule="ATT-58")),
        ("practitioner", _PRACTITIONER),
        *((name, _CARE) for name in CARE_NAMES),
        ("patients", Element(Kind.LIST, (("", _PATIENT),), rule="ATT-4")),
    ),
    required=("toa", "practitioner", "patients"),
    one_of=(CARE_NAMES,),
    rules=(("toa", "ATT-58"), ("practitioner", "ATT-10"), ("patients", "ATT-4"), ("care_relation", "ATT-33")),
)
ATTESTATION = Element(Kind.GROUP, (("attestation", STATEMENT),), required=("attestation",))
"""As one enterprise sends it to another."""

_PLAIN_TEXT = Element(Kind.TEXT)
_PLAIN_CODE = Element(Kind.GROUP, (("code", _TEXT), ("system", _TEXT)), required=("code", "system"))
_PLAIN_ID = Element(Kind.GROUP, (("id", _TEXT), ("system", _TEXT)), required=("id", "system"))
PARAMETERS = Element(
    Kind.GROUP,
    (
        ("type", Element(Kind.TEXT, allowed=(PARAMETERS_TYPE,))),
        (
            "practitioner",
            Element(
                Kind.GROUP,
                (
                    ("authorization", _PLAIN_CODE),
                    ("legal_entity", _PLAIN_ID),
                    ("point_of_care", _PLAIN_ID),
                    ("department", _PLAIN_ID),
                ),
                required=("legal_entity", "point_of_care"),
            ),
        ),
        (
            "care_relationship",
            _care(
                _PLAIN_CODE,
                _PLAIN_CODE,
                _PLAIN_CODE,
                _decision(Element(Kind.TEXT, pattern=re.compile(DECISION_ID))),
            ),
        ),
        (
            "patients",
            Element(
                Kind.LIST,
                (("", Element(Kind.GROUP, (("point_of_care", _PLAIN_ID), ("department", _PLAIN_ID)))),),
            ),
        ),
    ),
    required=("type", "practitioner", "care_relationship", "patients"),
)
"""As a client asks HelseID for it: identifiers, names and the time are added there."""
