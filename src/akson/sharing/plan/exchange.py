"""What two nodes say to each other about one patient's plan, and what each lets in. Pure.

    Asked(token="7", have=("5b…", …), operations=(Operation, …))      "I know your version 7, hold these, and bring this"
    Told(token="8", operations=(Operation, …), refused=())            "this is new to you; your own I have kept"

Bringing and asking are one request, and any of them may come twice. Whose plan it is stands in the attestation, never here.
On the wire it is a FHIR Parameters: `version`, `have`, `operation` (Basic, `entries.py`), `refused`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.plan import entries
from akson.sharing.plan.editing import may_change, membership, visible
from akson.sharing.plan.joining import SharedPlan, is_central, joined
from akson.sharing.plan.operation import CITIZEN, STEERING, Kind, Operation

HAVE_MAX = 2_000
BROUGHT_MAX = 500
FROM_ONE_MAX = 1_000
"""Lines that other nodes bring of one party; a plan that cannot be read is one that somebody was let fill."""
FROM_ALL_MAX = 1_800
STEERING_MORE = 150
"""Kept free for taking somebody out, below `keeping.OPERATIONS_MAX`."""


@dataclass(frozen=True, slots=True)
class Asked:
    token: str = ""
    """What the other said last; "" at the first time."""
    have: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    token: str
    operations: tuple[Operation, ...] = ()
    refused: tuple[str, ...] = ()
    """Ids that were brought and not let in: of one who is out, or beyond what she may."""
    unchanged: bool = False


def holds_all(plan: SharedPlan, us: str) -> bool:
    """Whether this node keeps what others wrote: as master, or as the steward through whom the citizen reads her plan."""
    return us in plan.stewards or (is_central(plan) and plan.master == us)


def kept_here(plan: SharedPlan, us: str, heard: Iterable[Operation]) -> list[Operation]:
    """Of what others wrote. Who takes part is kept by all: it is what each door is judged by."""
    return [o for o in heard if holds_all(plan, us) or o.kind in STEERING]


def let_in(
    held: Sequence[Operation], brought: Sequence[Operation], carrier: str, us: str, now: datetime
) -> tuple[list[Operation], list[str]]:
    """(to be kept, ids refused). `carrier`: the enterprise that vouches for who brings them.

    A carrier brings what its own people wrote; a steward also what the citizen and guests wrote through it.
    """
    known = {o.id: o for o in held}
    taken: list[Operation] = []
    refused: list[str] = []
    plan, changed, steered = joined(known.values()), set[str](), False
    # What steers is let in first: an invitation and its first line may come together.
    for one in sorted(
        brought, key=lambda o: (o.kind not in STEERING, o.kind is not Kind.POLICY, len(o.base), o.at)
    ):
        if one.id in known or one.id in {o.id for o in taken}:
            continue
        if steered or one.line in changed:
            # Joined anew only where it matters: 500 are brought at once, and each join reads all there is.
            plan, changed, steered = joined([*known.values(), *taken]), set(), False
        if _room([*known.values(), *taken], one) and _admitted(plan, one, carrier, us, now):
            taken.append(one)
            changed.add(one.line)
            steered = one.kind in STEERING
        else:
            refused.append(one.id)
    plan = joined([*known.values(), *taken])
    return kept_here(plan, us, taken), refused


def believed(
    held: Sequence[Operation], told: Sequence[Operation], party: str, us: str
) -> tuple[Operation, ...]:
    """Of what a node answered, what it may say: its own, and others' where it steers the plan or keeps all of it.

    Nobody else steers, and nobody says what one of ours or of another steward is to have written through it.
    """
    known, standing = {o.id for o in held}, joined(held)
    plan = standing if standing.members else joined(told)
    keeps_all = holds_all(plan, party)
    found: list[Operation] = []
    for one in told:
        if one.id in known:
            continue
        if not keeps_all and (one.via != party or one.kind in STEERING):
            continue
        if one.via == party and not _own_word(plan, one, party, us):
            continue
        if _room([*held, *found], one):
            found.append(one)
    return tuple(found)


def _own_word(plan: SharedPlan, one: Operation, carrier: str, us: str) -> bool:
    """Whether this carrier may say that its author wrote it there: its own people, through a steward citizen and guests."""
    author = one.author.party
    if author == carrier:
        return True
    return carrier in plan.stewards and author not in ({us, *plan.stewards} - {CITIZEN})


def _room(held: Sequence[Operation], one: Operation) -> bool:
    """So that no partner fills a plan until nobody can read it, or so that she can no longer be taken out."""
    if one.kind in STEERING:
        return len(held) < FROM_ALL_MAX + STEERING_MORE
    of_party = sum(o.author.party == one.author.party for o in held)
    return of_party < FROM_ONE_MAX and len(held) < FROM_ALL_MAX


def _admitted(plan: SharedPlan, one: Operation, carrier: str, us: str, now: datetime) -> bool:
    if one.via != carrier:
        return False
    if not plan.members:
        return one.kind is Kind.POLICY and not one.base and one.author.party == carrier
    if not _own_word(plan, one, carrier, us):
        return False
    line = plan.line(one.line)
    if line is not None and not may_change(line, one.author.party):
        return False
    try:
        return one.kind in membership(plan, one.author.party, now).kinds
    except Problem:
        return False


def given(
    plan: SharedPlan, operations: Sequence[Operation], party: str, have: Iterable[str], now: datetime
) -> list[Operation]:
    """What a member is told that it has not. Raises NOT_FOUND for one who takes no part."""
    member = membership(plan, party, now)
    known = frozenset(have)
    return [o for o in visible(operations, member) if o.id not in known]


def asked_of(plan: SharedPlan, us: str) -> frozenset[str] | None:
    """Parties whose nodes are asked for the plan; None when nothing is known of it yet: everybody then."""
    if not plan.members:
        return None
    if is_central(plan):
        return frozenset({plan.master} - {us})
    return frozenset(m.party for m in plan.members.values() if m.party not in (us, CITIZEN) and m.inside)


def brought_to(plan: SharedPlan, own: Iterable[Operation], party: str) -> list[Operation]:
    """What that party's node is to have of what was written here: all of it, the steering alone, or nothing."""
    if holds_all(plan, party):
        return list(own)
    return [o for o in own if o.kind in STEERING]


def told_of(plan: SharedPlan, us: str) -> frozenset[str]:
    """Parties whose nodes something is brought to: those who are out too, so that they hear that they are."""
    return frozenset(m.party for m in plan.members.values() if m.party not in (us, CITIZEN))


def written(said: Asked | Told) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"name": "version", "valueString": said.token}]
    if isinstance(said, Asked):
        parts += [{"name": "have", "valueString": id} for id in said.have]
    else:
        parts += [{"name": "refused", "valueString": id} for id in said.refused]
        parts += [{"name": "unchanged", "valueBoolean": said.unchanged}]
    parts += [{"name": "operation", "resource": entries.sent(o)} for o in said.operations]
    return {"resourceType": "Parameters", "parameter": parts}


def read_asked(parameters: Mapping[str, Sequence[Any]]) -> Asked:
    """Of a Parameters by name. Raises INVALID AKS-PLAN-006 for an entry that is none, TOO_LARGE AKS-PLAN-009."""
    have, brought = parameters.get("have", ()), parameters.get("operation", ())
    if len(have) > HAVE_MAX or len(brought) > BROUGHT_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE,
            "AKS-PLAN-009",
            f"At most {BROUGHT_MAX} entries are brought, and {HAVE_MAX} named, at once.",
            now="Bring them in several requests.",
        )
    return Asked(_first(parameters, "version"), tuple(map(str, have)), tuple(map(entries.read, brought)))


def read_told(body: Mapping[str, Any]) -> Told:
    """Raises INVALID AKS-PLAN-006 for what no node of this contract says."""
    found: dict[str, list[Any]] = {}
    try:
        for part in body.get("parameter") or ():
            value = next((v for k, v in part.items() if k == "resource" or k.startswith("value")), None)
            found.setdefault(str(part.get("name")), []).append(value)
    except (AttributeError, TypeError) as wrong:
        raise Problem(ProblemKind.INVALID, "AKS-PLAN-006", "An answer is no Parameters of a plan.") from wrong
    return Told(
        _first(found, "version"),
        tuple(map(entries.read, found.get("operation", ()))),
        tuple(map(str, found.get("refused", ()))),
        found.get("unchanged") == [True],
    )


def _first(parameters: Mapping[str, Sequence[Any]], name: str) -> str:
    return next((str(v) for v in parameters.get(name, ())), "")
