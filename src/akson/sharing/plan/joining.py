"""Many operations become one plan, the same at every node whatever the order they came in, and however often. Pure.

    joined(operations) -> SharedPlan(lines, members, mode, waiting, late)

A line consists of the operations that no other one has replaced: an operation replaces those that its author saw, and what
those had replaced. One left: that is what the line says. Several that say different things: a conflict, all of them kept
until somebody chooses. Nothing is decided by who was last: clocks are shown, and compared with the end of an invitation
alone. docs/adr/0244.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from akson.sharing.plan.operation import (
    BY_CITIZEN,
    CENTRAL,
    CITIZEN,
    CONTENT,
    FEDERATED,
    IN,
    Kind,
    Operation,
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a line says, and by whom: several who say the same are one choice."""

    operations: tuple[Operation, ...]

    @property
    def content(self) -> Mapping[str, object] | None:
        return self.operations[0].content

    @property
    def first(self) -> Operation:
        return self.operations[0]


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    kind: Kind
    choices: tuple[Choice, ...]
    """One, or several between which somebody has to choose."""

    @property
    def conflict(self) -> bool:
        return len(self.choices) > 1

    @property
    def removed(self) -> bool:
        return len(self.choices) == 1 and self.choices[0].content is None

    @property
    def heads(self) -> tuple[str, ...]:
        """What an edit of the line as it stands has as its `base`."""
        return tuple(sorted(o.id for choice in self.choices for o in choice.operations))


@dataclass(frozen=True, slots=True)
class Member:
    """One who takes part, or did. `kinds`: what she sees and writes."""

    party: str
    name: str
    inside: bool
    kinds: frozenset[Kind]
    until: datetime | None
    steward: bool = False

    def at(self, now: datetime) -> bool:
        return self.inside and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class SharedPlan:
    id: str
    lines: tuple[Line, ...]
    """Of content, by kind and then by when they began; those taken away too."""
    members: Mapping[str, Member]
    steering: tuple[Line, ...]
    waiting: tuple[Operation, ...] = ()
    """Rest on what has not come yet: kept, and shown when it has."""
    late: tuple[Operation, ...] = ()
    """By one who was out when they came, or beyond what she may: kept outside of the plan, for a steward to look at."""
    version: str = ""
    """`17-9f3a21c4`: how many operations, and a hash of which. The same at all who hold the same."""

    @property
    def shown(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.removed)

    @property
    def conflicts(self) -> tuple[Line, ...]:
        return tuple(line for line in (*self.lines, *self.steering) if line.conflict)

    def line(self, id: str) -> Line | None:
        return next((line for line in (*self.lines, *self.steering) if line.id == id), None)

    @property
    def stewards(self) -> frozenset[str]:
        return frozenset(party for party, member in self.members.items() if member.steward)

    @property
    def mode(self) -> str:
        return self._policy("mode") or FEDERATED

    @property
    def master(self) -> str:
        return self._policy("master")

    def _policy(self, name: str) -> str:
        """While two have chosen differently, the plan is asked for everywhere: that finds all there is."""
        said = [
            dict(c.content or {}) for line in self.steering if line.kind is Kind.POLICY for c in line.choices
        ]
        modes = {str(one.get(name, "")) for one in said}
        if len(modes) == 1:
            return modes.pop()
        return "" if name == "master" else FEDERATED


def joined(operations: Iterable[Operation], plan: str = "") -> SharedPlan:
    by_id = _each_once(operations)
    ready, waiting = _ready(by_id)
    members = _members(ready)
    counted, late = _counted(ready, members)
    lines = _lines(counted, by_id)
    told = sorted(by_id)
    digest = hashlib.sha256("|".join(told).encode()).hexdigest()[:8]
    return SharedPlan(
        plan or next((o.plan for o in ready), ""),
        tuple(line for line in lines if line.kind in CONTENT),
        members,
        tuple(line for line in lines if line.kind not in CONTENT),
        tuple(waiting),
        tuple(late),
        f"{len(told)}-{digest}",
    )


def missing(plan: SharedPlan) -> frozenset[str]:
    """Ids that are rested upon and have not come."""
    here = {o.id for o in plan.waiting}
    return frozenset(b for o in plan.waiting for b in o.base if b not in here)


def _each_once(operations: Iterable[Operation]) -> dict[str, Operation]:
    """An id that two have used says whatever sorts first: the same choice everywhere. A door lets no second one in."""
    found: dict[str, Operation] = {}
    for one in operations:
        other = found.get(one.id)
        if other is None or (other is not one and one.digest < other.digest):
            found[one.id] = one
    return found


def _ready(by_id: Mapping[str, Operation]) -> tuple[list[Operation], list[Operation]]:
    """Those whose whole past is here, each after what it rests on; and the rest. By id, so that order is nobody's luck."""
    placed: dict[str, Operation] = {}
    left = [by_id[id] for id in sorted(by_id)]
    while left:
        further = []
        for one in left:
            rests_on = [placed.get(b) for b in one.base]
            if all(b is not None and b.line == one.line and b.kind is one.kind for b in rests_on):
                placed[one.id] = one
            else:
                further.append(one)
        if len(further) == len(left):
            break
        left = further
    return list(placed.values()), left


def _ancestors(counted: Sequence[Operation], by_id: Mapping[str, Operation]) -> set[str]:
    """What has been replaced, step by step back; through what was late too, since its replacer saw that."""
    replaced: set[str] = set()
    todo = [b for one in counted for b in one.base]
    while todo:
        id = todo.pop()
        if id not in replaced:
            replaced.add(id)
            todo.extend(by_id[id].base)
    return replaced


def _lines(counted: Sequence[Operation], by_id: Mapping[str, Operation]) -> list[Line]:
    replaced = _ancestors(counted, by_id)
    began: dict[str, tuple[datetime, str]] = {}
    heads: dict[str, list[Operation]] = {}
    for one in counted:
        began[one.line] = min(began.get(one.line, (one.at, one.id)), (one.at, one.id))
        if one.id not in replaced:
            heads.setdefault(one.line, []).append(one)
    lines = [Line(id, found[0].kind, _choices(found)) for id, found in heads.items()]
    order = list(Kind)
    return sorted(lines, key=lambda line: (order.index(line.kind), began[line.id], line.id))


def _choices(heads: Sequence[Operation]) -> tuple[Choice, ...]:
    if len(heads) == 1:
        return (Choice((heads[0],)),)
    said: dict[str, list[Operation]] = {}
    for one in sorted(heads, key=lambda o: (o.at, o.id)):
        said.setdefault(one.said, []).append(one)
    return tuple(Choice(tuple(same)) for same in said.values())


def _members(ready: Sequence[Operation]) -> dict[str, Member]:
    """Founders and the citizen are in; others as founders and the citizen say. Told differently at once: out."""
    founders = sorted({o.author.party for o in ready if o.kind is Kind.POLICY and not o.base})
    stewards = {*founders, CITIZEN}
    names = {o.author.party: o.author.party_name for o in sorted(ready, key=lambda o: o.id, reverse=True)}
    members = {
        party: Member(party, names.get(party, ""), True, frozenset(Kind), None, steward=True)
        for party in sorted(founders)
    }
    if founders:
        members[CITIZEN] = Member(CITIZEN, names.get(CITIZEN, ""), True, BY_CITIZEN, None, steward=True)
    told = [o for o in ready if o.kind is Kind.MEMBER and o.author.party in stewards]
    by_id = {o.id: o for o in ready}
    for line in _lines(told, by_id):
        said = [dict(c.content or {}) for c in line.choices]
        party = str(said[0]["party"])
        if party in stewards:
            continue
        inside = all(one["state"] == IN for one in said)
        granted = [
            frozenset(Kind(k) for k in str_list(one.get("kinds")))
            for one in (said if inside else [dict(o.content or {}) for o in told if o.line == line.id])
        ]
        # Told two scopes at once she has what both give; one who is out keeps what she had, for what she wrote then.
        kinds = frozenset.intersection(*granted) if inside else frozenset().union(*granted)
        untils = [datetime.fromisoformat(str(one["until"])) for one in said if one.get("until")]
        members[party] = Member(party, str(said[0]["name"]), inside, kinds, min(untils, default=None))
    return members


def str_list(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list | tuple) else []


def _counted(
    ready: Sequence[Operation], members: Mapping[str, Member]
) -> tuple[list[Operation], list[Operation]]:
    known = _known_when_out(ready, members)
    ever = _ever_granted(ready, members)
    counted, late = [], []
    for one in ready:
        (counted if _counts(one, members, ever, known) else late).append(one)
    return counted, late


def _counts(
    one: Operation,
    members: Mapping[str, Member],
    ever: Mapping[str, frozenset[Kind]],
    known: Mapping[str, frozenset[str]],
) -> bool:
    member = members.get(one.author.party)
    if member is None:
        return False
    if member.steward:
        return one.kind in member.kinds
    if one.kind not in ever.get(one.author.party, frozenset()):
        return False
    if member.inside:
        return member.until is None or one.at < member.until or one.id in known.get(member.party, frozenset())
    return one.id in known.get(member.party, frozenset())


def _told(ready: Sequence[Operation], members: Mapping[str, Member]) -> list[Operation]:
    stewards = {party for party, member in members.items() if member.steward}
    return [o for o in ready if o.kind is Kind.MEMBER and o.author.party in stewards and o.content]


def _ever_granted(ready: Sequence[Operation], members: Mapping[str, Member]) -> dict[str, frozenset[Kind]]:
    """What a party was ever given: a narrower scope does not take away what was written in the wider one."""
    found: dict[str, frozenset[Kind]] = {}
    for one in _told(ready, members):
        content = one.content or {}
        party = str(content["party"])
        found[party] = found.get(party, frozenset()) | {Kind(k) for k in str_list(content.get("kinds"))}
    return found


def _known_when_out(ready: Sequence[Operation], members: Mapping[str, Member]) -> dict[str, frozenset[str]]:
    """Which of a party's operations stood in the plan of whoever took it out, changed or ended its part."""
    found: dict[str, frozenset[str]] = {}
    for one in _told(ready, members):
        content = one.content or {}
        party = str(content["party"])
        found[party] = found.get(party, frozenset()) | frozenset(str_list(content.get("known")))
    return found


def is_central(plan: SharedPlan) -> bool:
    return plan.mode == CENTRAL and bool(plan.master)
