"""Past decisions made again, each under the policy of its day, and compared with what the log says was answered."""

from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from akson.access.policies import Policy
from akson.access.policy import NO_RELATION
from akson.access.recording import recorded, replay
from akson.fhir.problem import Problem

TOLD_MAX = 20


class Logged(Protocol):
    """What of an event is compared."""

    @property
    def id(self) -> bytes: ...
    @property
    def action(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def rules(self) -> tuple[str, ...]: ...


@dataclass(slots=True)
class Replayed:
    same: int = 0
    other: list[str] = field(default_factory=list)
    """Ids of events whose decision comes out otherwise."""
    unknown: list[str] = field(default_factory=list)
    """`id: why` of events that cannot be replayed: their policy is not here, or the bytes are none."""


async def replayed(
    decisions: AsyncIterable[tuple[Logged, bytes]], policies: Mapping[str, Policy]
) -> Replayed:
    result = Replayed()
    async for event, data in decisions:
        try:
            decision = replay(data, policies)
        except Problem as problem:
            result.unknown.append(f"{event.id.hex()}: {problem.id}")
            continue
        if decision.permit and _nothing_there(event, data):
            result.same += 1
            continue
        rules = tuple(reason.rule for reason in decision.reasons)
        # One event stands for what one response showed; it may name more rules than the one that was recorded.
        if decision.permit == (event.outcome == "permit") and set(rules) <= set(event.rules):
            result.same += 1
        else:
            result.other.append(event.id.hex())
    return result


def _nothing_there(event: Logged, data: bytes) -> bool:
    """Refused although the rules would have let: what was asked for is not there, or an act asked whether it may."""
    kept = recorded(data)
    asked_otherwise = event.action != kept.question.action
    return event.rules == (NO_RELATION.rule,) and (not kept.facts.patients or asked_otherwise)
