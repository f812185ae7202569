"""The storage policy of one municipality: kind of data × range of receivers → mode, who decided it and from when.

    Line(kind=medication, range=nation, mode=central-copy, decision="PS 112/26")
    Decision(id="PS 112/26", by="Kommunestyret i Storvik", on=2026-11-20)

What no line names is `federated`: what nobody decided is not stored elsewhere. Pure values; a policy never changes, a new
one with a new version takes its place.
"""

from datetime import date, datetime

import msgspec

from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.sharing.classes import SharedClass
from akson.sharing.storage.modes import Mode, Range

LINES_MAX = len(SharedClass) * len(Range)


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A decision of those who may decide: the council, or who it has given that to."""

    id: str
    by: str
    on: date


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: SharedClass
    range: Range
    mode: Mode
    decision: str
    """Id of the Decision that set it; lines that are carried on keep theirs."""


class StoragePolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    controller: str
    """Organisation number of who answers for the data."""
    begins: datetime
    """From when it is in force, once it is signed."""
    central: str
    """Id of the source that keeps central copies; empty when no line needs one."""
    decisions: tuple[Decision, ...]
    lines: tuple[Line, ...]

    def mode(self, kind: SharedClass, range: Range) -> Mode:
        """
        >>> NOTHING_DECIDED.mode(SharedClass.NOTES, Range.NATION).value
        'federated'
        """
        return next(
            (line.mode for line in self.lines if (line.kind, line.range) == (kind, range)), Mode.FEDERATED
        )

    def placed(self, kind: SharedClass) -> Mode:
        """What the kind needs of the nodes: the most that any range of receivers is given."""
        return max((self.mode(kind, range) for range in Range), key=lambda mode: mode.rank)

    def decision(self, kind: SharedClass, range: Range) -> Decision | None:
        named = next((line.decision for line in self.lines if (line.kind, line.range) == (kind, range)), "")
        return next((decision for decision in self.decisions if decision.id == named), None)


NOTHING_DECIDED = StoragePolicy("0", "", datetime.fromisoformat("2020-01-01T00:00:00+00:00"), "", (), ())


def parse(body: bytes) -> StoragePolicy:
    """Raises Problem AKS-SHARE-080 with every fault."""
    try:
        policy = msgspec.json.decode(body, type=StoragePolicy)
    except msgspec.DecodeError as wrong:
        raise _refused([str(wrong)]) from None
    if wrong_lines := faults(policy):
        raise _refused(wrong_lines)
    return policy


def faults(policy: StoragePolicy) -> list[str]:
    """What in it contradicts itself, in words; empty when nothing does."""
    found = []
    places = [(line.kind, line.range) for line in policy.lines]
    found += [
        f"{kind} for {range} is said twice."
        for kind, range in sorted(set(places))
        if places.count((kind, range)) > 1
    ]
    known = {decision.id for decision in policy.decisions}
    found += [
        f"Nobody is said to have decided {d!r}." for d in sorted({x.decision for x in policy.lines} - known)
    ]
    if not policy.central and any(line.mode.central for line in policy.lines):
        found.append("A line is central, and `central` names no node.")
    for kind in SharedClass:
        modes = {policy.mode(kind, range) for range in Range}
        # Two masters would each take changes the other never sees: which one is master cannot depend on who asks.
        if Mode.CENTRAL_MASTER in modes and len(modes) > 1:
            found.append(f"{kind} has the central node for master, so it must have it for every range.")
    if policy.begins.tzinfo is None:
        found.append("`begins` has no time zone.")
    return found


def canonical(policy: StoragePolicy) -> bytes:
    """The same for the same policy, however its file is laid out."""
    return msgspec.json.encode(msgspec.to_builtins(policy), order="sorted")


def with_mode(
    policy: StoragePolicy, kind: SharedClass, ranges: tuple[Range, ...], mode: Mode, *, decision: Decision, version: str,
    begins: datetime,
) -> StoragePolicy:  # fmt: skip
    """The next version, in which this decision moves one kind. Central-master is for every range, and so is leaving it.

    Raises Problem AKS-SHARE-080 when what comes of it contradicts itself.
    """
    if Mode.CENTRAL_MASTER in (mode, policy.placed(kind)):
        ranges = tuple(Range)
    kept = tuple(line for line in policy.lines if line.kind is not kind or line.range not in ranges)
    lines = (*kept, *(Line(kind, range, mode, decision.id) for range in ranges))
    used = {line.decision for line in lines}
    decisions = {d.id: d for d in (*policy.decisions, decision) if d.id in used}
    made = msgspec.structs.replace(
        policy, version=version, begins=begins, decisions=tuple(decisions.values()), lines=lines
    )
    if wrong := faults(made):
        raise _refused(wrong)
    return made


def _refused(found: list[str]) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-SHARE-080",
        "The storage policy cannot be used.",
        why=" ".join(found),
        now="Correct the file; docs/storage-modes.md shows one.",
        permanent=True,
        issues=[Issue("invalid", text) for text in found],
    )
