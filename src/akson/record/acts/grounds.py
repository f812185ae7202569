"""The grounds that may be stated for opening a record, in words the citizen reads. Codes are the node's own.

Sources: helsepersonelloven §§ 7, 25 and 45; pasientjournalloven §§ 17 and 19.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from akson.fhir.problem import Problem, ProblemKind

SYSTEM = "https://akson.no/fhir/CodeSystem/access-ground"
OTHER = "other"
"""Needs words of its own."""
TEXT_MAX = 500
"""Characters of what is written beside the code."""

EMERGENCY: Mapping[str, str] = MappingProxyType(
    {
        "unconscious": "Pasienten er bevisstløs eller kan ikke gjøre rede for seg",
        "life": "Det er fare for liv eller alvorlig helseskade",
        OTHER: "Annen grunn",
    }
)
DECLARED: Mapping[str, str] = MappingProxyType(
    {
        "present": "Pasienten er hos meg nå",
        "called": "Pasienten eller pårørende har tatt kontakt",
        "substitute": "Jeg er vikar for den som har ansvaret",
        OTHER: "Annen grunn",
    }
)
LIFTED: Mapping[str, str] = MappingProxyType(
    {
        "consent": "Pasienten ber meg om å se det",
        "necessary": "Det er nødvendig for å gi forsvarlig helsehjelp nå",
        OTHER: "Annen grunn",
    }
)

MESSAGE: Mapping[str, str] = MappingProxyType(
    {
        "failed": "Meldingen er avvist eller kom ikke fram, og må rettes",
        "whose": "Det må avklares hvem meldingen gjelder",
        "asked": "Avsender eller mottaker har spørsmål om meldingen",
        OTHER: "Annen grunn",
    }
)


@dataclass(frozen=True, slots=True)
class Ground:
    code: str
    text: str = ""
    """In the actor's own words; needed where the code is `other`."""


def in_words(ground: Ground, choices: Mapping[str, str]) -> str:
    """What the citizen reads. Raises Problem INVALID AKS-RECORD-050 for a ground that says nothing."""
    text = " ".join(ground.text.split())[:TEXT_MAX]
    if ground.code not in choices or (ground.code == OTHER and not text):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-RECORD-050",
            "No ground was stated.",
            why="A record is opened only with a ground that the patient can read.",
            now="Choose one of the grounds; write it in words when none of them fits.",
        )
    if ground.code == OTHER:
        return text
    return f"{choices[ground.code]}. {text}" if text else choices[ground.code]
