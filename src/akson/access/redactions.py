"""What is taken out of a resource before it leaves, as data: elements hidden, and search parameters that would read them.

    protected-address   of whom the address is graded: address, telecom, contacts, in Patient, RelatedPerson and Person; and
                        the grade itself, where a security label tells it
    beyond-identity     of everyone, when a person is only looked up to be recognised

A hidden element is found by no search, sort or include, and shows in no version. Narrative and what is contained go too:
nobody can tell what they repeat. Sources: folkeregisterloven § 10-4; https://hl7.org/fhir/R4/patient.html#search.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from akson.access.decision import AddressProtected, Everything, Restriction

PROTECTED_ADDRESS = "protected-address"
BEYOND_IDENTITY = "beyond-identity"


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden of one resource type."""

    elements: tuple[str, ...]
    """Paths from the type: `address`, `contact`. Choices are named without type: `deceased[x]`."""
    parameters: tuple[str, ...]
    """Codes of the search parameters that read them, also as a sort key or a step of a chain."""
    grades: bool = False
    """Also labels of `meta.security` that say how an address is graded (`told_by`); they tell what is hidden."""


@dataclass(frozen=True, slots=True)
class Redaction:
    name: str
    restriction: Restriction
    """In which resources: those that satisfy it."""
    types: Mapping[str, Hidden]


GRADES = "http://ehelse.no/fhir/CodeSystem/gd-address-confidentiality"
UNGRADED = "ugradert"


def told_by(label: Mapping[str, object]) -> bool:
    """Whether a security label tells that an address is protected."""
    return label.get("system") == GRADES and label.get("code") != UNGRADED


_ADDRESS = (
    "address",
    "address-city",
    "address-country",
    "address-postalcode",
    "address-state",
    "address-use",
)
_TELECOM = ("email", "phone", "telecom")
_TEXT = ("_content", "_text")
_ANYWHERE = ("text", "contained", "extension")

_PROTECTED = {
    # The GP and the unit tell where somebody lives as well as a postal code does.
    "Patient": Hidden(
        (*_ANYWHERE, "telecom", "address", "photo", "contact", "generalPractitioner", "managingOrganization"),
        (*_ADDRESS, *_TELECOM, "general-practitioner", "organization", "_security", *_TEXT),
        grades=True,
    ),
    # Who stands near lives near.
    "RelatedPerson": Hidden(
        (*_ANYWHERE, "telecom", "address", "photo"), (*_ADDRESS, *_TELECOM, "_security", *_TEXT), grades=True
    ),
    "Person": Hidden(
        (*_ANYWHERE, "telecom", "address", "photo", "managingOrganization"),
        (*_ADDRESS, *_TELECOM, "organization", "_security", *_TEXT),
        grades=True,
    ),
}
_IDENTITY = {
    "Patient": Hidden(
        (
            *_ANYWHERE,
            "modifierExtension",
            "telecom",
            "deceased[x]",
            "address",
            "maritalStatus",
            "multipleBirth[x]",
            "photo",
            "contact",
            "communication",
            "generalPractitioner",
            "managingOrganization",
            "link",
        ),
        (
            "_security",
            *_ADDRESS,
            *_TELECOM,
            "death-date",
            "deceased",
            "general-practitioner",
            "language",
            "link",
            "organization",
            "phonetic",
            *_TEXT,
        ),
        grades=True,
    )
}

REDACTIONS: Mapping[str, Redaction] = MappingProxyType(
    {
        r.name: r
        for r in (
            Redaction(PROTECTED_ADDRESS, AddressProtected(), MappingProxyType(_PROTECTED)),
            Redaction(BEYOND_IDENTITY, Everything(), MappingProxyType(_IDENTITY)),
        )
    }
)


def redaction(name: str) -> Redaction:
    """Raises KeyError for a name that no decision gives."""
    return REDACTIONS[name]
