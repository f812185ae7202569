"""What is looked at before a message goes: pure. STOP cannot be sent, ASK goes when a person has seen it, INFO is said.

| what | how grave | why |
| --- | --- | --- |
| the format demands more | STOP | it cannot be written |
| nothing said beyond who writes about whom | STOP | an empty message costs its reader time |
| patient not identified, or nothing named that it is about | STOP | the receiver must refuse it (E36, HIS 1152) |
| the partner cannot receive the type | STOP | partners/: told with what to do instead |
| the profile demands more | ASK | a night without IPLOS must not hold back a report |
| the same said to the same receiver in the last 24 hours | ASK | two letters, one matter |
| whether the partner can receive is not known | ASK | the receipt must be followed |
| a copy's receiver cannot receive the type | STOP | as the receiver himself |
| he takes another version, or it is not known | ASK | the message is written once, for the receiver |
| a file is of another kind than it says, or too large | STOP | files.py |
| copies | INFO | each gets the whole message |
"""

from collections.abc import Sequence
from dataclasses import dataclass

from akson.exchange.building.build import Built, sufficient_patient
from akson.exchange.building.facts import Address, Facts
from akson.exchange.building.files import faults
from akson.exchange.building.recipes import RECIPES
from akson.exchange.message_type import NEW, Resource
from akson.exchange.partners.sending import Answer, Verdict
from akson.exchange.times import words
from akson.terminology.systems import HER_ID

STOP, ASK, INFO = "stop", "ask", "info"
TWINS_WITHIN_H = 24


@dataclass(frozen=True, slots=True)
class Finding:
    """`what` and `now` are bokmål."""

    grave: str
    """STOP, ASK or INFO."""
    what: str
    now: str = ""
    typed: bool = False
    """Whether it waits for what she has yet to type: no news on an empty form."""


@dataclass(frozen=True, slots=True)
class CopyAnswer:
    copy: Address
    answer: Answer


def check(
    built: Built,
    facts: Facts,
    *,
    partner: Answer | None,
    twins: Sequence[Resource] = (),
    copies: Sequence[CopyAnswer] = (),
) -> tuple[Finding, ...]:
    """The gravest first. `partner` is None where no address book is at hand; `twins` said the same in the last 24 hours."""
    found = [*_of_partner(partner), *_of_content(built, facts), *_of_twins(built, facts, twins)]
    found += [finding for one in copies if (finding := _of_copy(one, built)) is not None]
    found += [
        Finding(STOP, fault, "Ta bort vedlegget, eller velg en annen fil.") for fault in faults(facts.files)
    ]
    if facts.copies:
        found.append(Finding(INFO, f"Kopi går til {'; '.join(copy.words for copy in facts.copies)}."))
    return tuple(sorted(found, key=lambda f: (STOP, ASK, INFO).index(f.grave)))


def may_go(findings: Sequence[Finding], *, confirmed: bool) -> bool:
    graves = {finding.grave for finding in findings}
    return STOP not in graves and (confirmed or ASK not in graves)


def _of_content(built: Built, facts: Facts) -> list[Finding]:
    held = built.message is None or not sufficient_patient(facts)
    lost = RECIPES[built.type.code].about and facts.about is None if built.type.code in RECIPES else False
    grave = STOP if held or lost else ASK
    found = [Finding(grave, f"Mangler: {lack.what}.", lack.enter, typed=True) for lack in built.lacks]
    if built.empty and (built.message is None or built.message.status == NEW):
        found.append(
            Finding(
                STOP,
                "Meldingen sier ingenting.",
                "Skriv noe, eller før opplysningene i journalen.",
                typed=True,
            )
        )
    for type in facts.hidden:
        found.append(Finding(INFO, f"{type} er ikke med: rollen din ser det ikke.", ""))
    return found


def _of_partner(partner: Answer | None) -> list[Finding]:
    if partner is None:
        return [
            Finding(INFO, "Ingen adressebok er koblet til, så det er ikke kjent hva mottakeren tar imot.")
        ]
    instead = " ".join(i.words for i in partner.instead)
    warnings = [Finding(INFO, warning) for warning in partner.warnings]
    if partner.verdict is Verdict.YES:
        return warnings
    grave = STOP if partner.verdict is Verdict.NO else ASK
    return [Finding(grave, partner.because, instead), *warnings]


def _of_copy(one: CopyAnswer, built: Built) -> Finding | None:
    answer, written = one.answer, built.message.version.number if built.message else ""
    if answer.verdict is Verdict.NO:
        return Finding(STOP, f"Kopi til {one.copy.words}: {answer.because}", "Ta bort kopien.")
    if answer.verdict is Verdict.UNKNOWN:
        return Finding(ASK, f"Kopi til {one.copy.words}: {answer.because}")
    if written and answer.version != written:
        return Finding(
            ASK,
            f"Kopi til {one.copy.words}: tar imot versjon {answer.version}, og meldingen skrives i versjon {written}.",
            "Send den heller som en egen melding.",
        )
    return None


def _of_twins(built: Built, facts: Facts, twins: Sequence[Resource]) -> list[Finding]:
    if built.type.code in RECIPES and RECIPES[built.type.code].hub:
        return []  # a list that is signed again, or asked for again, is meant
    same = [c for c in twins if facts.receiver.party in _receivers(c)]
    if not same:
        return []
    at = words(str(same[0].get("sent", "")))
    return [
        Finding(
            ASK,
            f"Det samme er sendt til samme mottaker {at}.",
            "Se om meldingen er levert før du sender på nytt.",
        )
    ]


def _receivers(communication: Resource) -> set[str]:
    identifiers = (r.get("identifier", {}) for r in communication.get("recipient", ()))
    return {str(i.get("value")) for i in identifiers if i.get("system") == HER_ID}
