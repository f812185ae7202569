"""Rules for citizens and those who represent them: the own record, read only."""

from datetime import date
from zoneinfo import ZoneInfo

from akson.access.actor import ActorKind
from akson.access.algebra import all_of, any_of, negated
from akson.access.decision import (
    AddressProtected,
    AgeBetween,
    Labelled,
    Nothing,
    PatientIs,
    Released,
    Represented,
    Restriction,
)
from akson.access.policies.values import ProxyLine
from akson.access.rules import Asked, denies, permits

READING = frozenset({"read", "search", "history", "log"})
AGE_MAX = 200
"""Older than anybody."""
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


@denies(
    "AKS-RULE-WITHHELD",
    source="pasient- og brukerrettighetsloven § 5-1 andre ledd; 9603 NORN",
    words="Opplysningen er ikke vist digitalt. Spør den som har skrevet den.",
    words_en="The information is not shown digitally. Ask the one who wrote it.",
    concealed=True,
)
def withheld(asked: Asked) -> Restriction | None:
    """What health personnel have withheld from the citizen, and so from whoever represents her."""
    if asked.actor.kind not in (ActorKind.CITIZEN, ActorKind.PROXY):
        return None
    return Labelled(asked.policy.labels.withheld)


@denies(
    "AKS-RULE-WITHHELD-YOUTH",
    source="pasient- og brukerrettighetsloven § 5-1; 9603 NORN_UNGDOM",
    words="Opplysningen er ikke vist digitalt. Spør den som har skrevet den.",
    words_en="The information is not shown digitally. Ask the one who wrote it.",
    concealed=True,
)
def withheld_from_youth(asked: Asked) -> Restriction | None:
    """What is withheld from a youth herself; who is not known to be older may be one."""
    if asked.actor.kind is not ActorKind.CITIZEN:
        return None
    grown = AgeBetween(asked.policy.youth_until, AGE_MAX, today(asked))
    return all_of(Labelled(asked.policy.labels.withheld_youth), negated(grown))


@denies(
    "AKS-RULE-DELAYED",
    source="pasient- og brukerrettighetsloven § 5-1; 9603 NORU",
    words="Opplysningen vises når den som ba om undersøkelsen, har fått snakket med deg, eller fristen er ute.",
    words_en="The information is shown when its requester has talked with you, or the time set has come.",
    concealed=True,
)
def delayed(asked: Asked) -> Restriction | None:
    """What is held back from the citizen, and from whoever represents her, until its time has come."""
    if asked.actor.kind not in (ActorKind.CITIZEN, ActorKind.PROXY):
        return None
    return negated(Released(asked.question.at))


def _represents(asked: Asked, basis: str) -> Restriction | None:
    if asked.actor.kind is not ActorKind.PROXY or asked.question.action not in READING:
        return None
    asks_for = {asked.data_class.value, _category(asked)}
    lines = [line for line in asked.policy.proxies if line.basis == basis and asks_for <= {*line.classes}]
    # What the login says of whom she represents narrows; it never opens anything that is not a fact.
    chosen = patient_ids(asked.actor.on_behalf_of)
    if not lines or not chosen:
        return None
    return all_of(PatientIs(chosen), any_of(*(_by(asked, line) for line in lines)))


def _category(asked: Asked) -> str:
    """Who has seen tells of all that was seen: it is a category of its own, and part of no other."""
    return "log" if asked.question.action == "log" else asked.data_class.value


def _by(asked: Asked, line: ProxyLine) -> Restriction:
    actor, question = asked.actor, asked.question
    aged = AgeBetween(line.from_age, line.until_age, today(asked))
    represented = Represented(
        actor.persons, (line.basis,), _category(asked), question.at, line.shares_address
    )
    protected = Nothing() if line.protected_address else AddressProtected()
    held_back = Labelled(line.withheld) if line.withheld else Nothing()
    return all_of(aged, represented, negated(protected), negated(held_back))
