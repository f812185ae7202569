"""Rules for citizens and those who represent them: the own record, read only."""

from datetime import date
from zoneinfo import ZoneInfo

from akson.access.actor import ActorKind
from akson.access.algebra import all_of, any_of, negated
from akson.access.decision import AddressProtected, AgeBetween, PatientIs, Represented, Restriction
from akson.access.policies.values import ProxyLine
from akson.access.rules import Asked, permits

READING = frozenset({"read", "search", "history", "log"})
NORWAY = ZoneInfo("Europe/Oslo")


def patient_ids(references: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(r.removeprefix("Patient/") for r in references if r.startswith("Patient/"))


def today(asked: Asked) -> date:
    """An age changes at midnight in Norway."""
    return asked.question.at.astimezone(NORWAY).date()


@permits(
    "AKS-RULE-OWN-RECORD",
    source="pasient- og brukerrettighetsloven § 5-1; pasientjournalloven § 18",
    words="Du åpnet din egen journal.",
    words_en="You opened your own record.",
)
def own_record(asked: Asked) -> Restriction | None:
    """Everyone may see the own record and who has opened it."""
    if asked.actor.kind is not ActorKind.CITIZEN or asked.question.action not in READING:
        return None
    own = patient_ids((asked.actor.reference,))
    return PatientIs(own) if own else None


@permits(
    "AKS-RULE-PARENT",
    source="pasient- og brukerrettighetsloven § 3-4; 7611 FO",
    words="{name} har foreldreansvar for deg.",
    words_en="{name} has parental responsibility for you.",
)
def parent(asked: Asked) -> Restriction | None:
    """A parent sees the whole record of a child under 12, less of one of 12 to 15, nothing from 16."""
    return _represents(asked, "parental")


@permits(
    "AKS-RULE-POWER-OF-ATTORNEY",
    source="pasient- og brukerrettighetsloven § 3-3; 7611 FU",
    words="{name} har fullmakt fra deg.",
    words_en="{name} has your power of attorney.",
)
def power_of_attorney(asked: Asked) -> Restriction | None:
    """Who holds a power of attorney sees what it covers, as long as it is valid."""
    return _represents(asked, "power-of-attorney")


@permits(
    "AKS-RULE-GUARDIAN",
    source="vergemålsloven § 31; 7611 VE",
    words="{name} er verge for deg.",
    words_en="{name} is your guardian.",
)
def guardian(asked: Asked) -> Restriction | None:
    """A guardian sees what the decision on guardianship covers."""
    return _represents(asked, "guardian")


def _represents(asked: Asked, basis: str) -> Restriction | None:
    if asked.actor.kind is not ActorKind.PROXY or asked.question.action not in READING:
        return None
    lines = [
        line for line in asked.policy.proxies if line.basis == basis and asked.data_class in line.classes
    ]
    # What the login says of whom she represents narrows; it never opens anything that is not a fact.
    chosen = PatientIs(patient_ids(asked.actor.on_behalf_of))
    return all_of(chosen, any_of(*(_by(asked, line) for line in lines))) if lines else None


def _by(asked: Asked, line: ProxyLine) -> Restriction:
    represented = Represented(
        asked.actor.persons,
        (line.basis,),
        asked.data_class.value,
        asked.question.at,
        line.shares_address,
    )
    aged = AgeBetween(line.from_age, line.until_age, today(asked))
    return (
        all_of(aged, represented)
        if line.protected_address
        else all_of(aged, represented, negated(AddressProtected()))
    )
