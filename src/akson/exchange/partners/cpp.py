"""Profiles (CPP) and agreements (CPA) of OASIS ebXML CPPA 2.0 as rows of abilities.

    read(b'<tns:CollaborationProtocolProfile …') -> (Profile('93238', (AbilityRow('DIALOG_…', '1.1', …), …), cpa=''),)

A party receives the actions under CanReceive and sends those under CanSend; the version is the process's. A CPA is in force
between Start and End, and speaks of two parties. Receipts are no ability: everybody answers. Spec: ebcpp-2.0, chapters 8, 9.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind
from akson.store.partners import AbilityRow

NAMESPACE = "http://www.oasis-open.org/committees/ebxml-cppa/schema/cpp-cpa-2_0.xsd"
APPREC = "APPREC"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Profile:
    her: str
    name: str
    abilities: tuple[AbilityRow, ...]
    cpa: str = ""
    """Id of the agreement; "" for a profile."""


def read(content: bytes) -> tuple[Profile, ...]:
    """One for each party. Raises Problem MALFORMED AKS-XML-…, INVALID AKS-ADDRESS-002 for what is neither CPP nor CPA."""
    return read_root(content)[1]


def read_root(content: bytes) -> tuple[etree._Element, tuple[Profile, ...]]:
    """With the document's root, for whoever reads more of it. Raises as `read`."""
    root = markup.read(content.removeprefix(_BOM))
    kind = etree.QName(root)
    if kind.namespace != NAMESPACE or not kind.localname.startswith("CollaborationProtocol"):
        raise odd("it is neither a profile nor an agreement")
    begins, ends = time_of(root, "Start"), time_of(root, "End")
    cpa = root.get(named("cpaid"), "")
    return root, tuple(_party(info, begins, ends, cpa) for info in root.iterfind(named("PartyInfo")))


def _party(info: etree._Element, begins: datetime | None, ends: datetime | None, cpa: str) -> Profile:
    ids = (i.text or "" for i in info.iterfind(named("PartyId")) if i.get(named("type")) == "HER")
    her = next(ids, "").strip()
    if not her.isdecimal():
        raise odd("a party has no HER-id")
    does: dict[tuple[str, str], set[str]] = {}
    for role in info.iterfind(named("CollaborationRole")):
        process = role.find(named("ProcessSpecification"))
        version = process.get(named("version"), "") if process is not None else ""
        for way, action in _actions(role):
            does.setdefault((action, version), set()).add(way)
    rows = (
        AbilityRow(action, version, "CanSend" in ways, "CanReceive" in ways, begins, ends)
        for (action, version), ways in sorted(does.items())
    )
    return Profile(her, info.get(named("partyName"), ""), tuple(rows), cpa)


def _actions(role: etree._Element) -> Iterator[tuple[str, str]]:
    for way in ("CanSend", "CanReceive"):
        for place in role.iter(named(way)):
            for binding in place.iterfind(named("ThisPartyActionBinding")):
                action = binding.get(named("action"), "")
                if action and action != APPREC:
                    yield way, action


def time_of(root: etree._Element, name: str) -> datetime | None:
    text = (root.findtext(named(name)) or "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise odd(f"its {name} is no time") from wrong
    return found.astimezone(UTC)


def named(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def odd(what: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-ADDRESS-002",
        "A partner's profile cannot be read.",
        why=f"Odd: {what}.",
        now="What was known of the partner before still holds; tell Norsk helsenett.",
    )
