"""A question with its facts as canonical bytes, and the decision made again from them: what an access event keeps.

    [1,"2026-11-26.1",["practitioner","ida",…],"treatment",["read","Observation",1764144000000000],[["astrid"],[["astrid",…]]]]

Positions are those of the dataclasses; what ends in defaults is cut off; times are microseconds since 1970 in UTC. The same
value gives the same bytes. About 0.4 kB; only facts that could matter to this actor at this instant are kept.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from akson.access.actor import Actor, PurposeOfUse
from akson.access.decision import Decision, Question
from akson.access.facts import Barrier, Facts, Relation, Representation, Traits
from akson.access.policies.values import Policy
from akson.access.policy import EDITIONS, decide
from akson.fhir.problem import Problem, ProblemKind

FORMAT = 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

T = TypeVar("T")


class Recorded(NamedTuple):
    """Everything a decision rests on; the policy by its version."""

    facts: Facts
    actor: Actor
    purpose_of_use: PurposeOfUse
    question: Question
    policy_version: str


def record(
    facts: Facts, actor: Actor, purpose_of_use: PurposeOfUse, question: Question, policy: Policy
) -> bytes:
    """What is kept of a decision. `decide` over it gives the same as over all the facts."""
    return record_kept(kept_of(facts, actor, question.at), actor, purpose_of_use, question, policy)


def kept_of(facts: Facts, actor: Actor, at: datetime) -> msgspec.Raw:
    """The facts as they are kept, whatever was asked of them at that instant: for who asks of them several times."""
    return msgspec.Raw(msgspec.json.encode(_row(narrowed(facts, actor, at))))


def record_kept(
    kept: msgspec.Raw, actor: Actor, purpose_of_use: PurposeOfUse, question: Question, policy: Policy
) -> bytes:
    """As `record`, of facts that are written down already."""
    return msgspec.json.encode(
        [FORMAT, policy.version, _actor(actor), purpose_of_use.value, _question(question), kept]
    )


def recording_of(
    actor: Actor, purpose_of_use: PurposeOfUse, question: Question, policy: Policy
) -> Callable[[msgspec.Raw], bytes]:
    """`record_kept` for who keeps many under one question: all but the facts is written once."""
    begin = record_kept(_NO_FACTS, actor, purpose_of_use, question, policy).removesuffix(b"null]")
    return lambda kept: b"%b%b]" % (begin, kept)


_NO_FACTS = msgspec.Raw(b"null")


def recorded(data: bytes) -> Recorded:
    """The opposite of `record`. Raises Problem INVALID AKS-ACCESS-011 for other bytes."""
    try:
        format, version, actor, purpose, question, facts = msgspec.json.decode(data)
        if format != FORMAT:
            raise ValueError("another format")
        return Recorded(
            _value(Facts, facts),
            _value(Actor, actor),
            PurposeOfUse(purpose),
            _value(Question, question),
            version,
        )
    except (ValueError, TypeError, OverflowError) as fault:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-ACCESS-011",
            "This is no recorded decision.",
            why="Its bytes do not hold a question and its facts.",
            now="Give the field `decision` of an access event as it was stored.",
            permanent=True,
        ) from fault


def replay(data: bytes, policies: Mapping[str, Policy]) -> Decision:
    """The decision made again, under the policy of its day (`policies` by version).

    Raises Problem INVALID AKS-ACCESS-011, or NOT_FOUND AKS-ACCESS-012 when the policy is not among them.
    """
    kept = recorded(data)
    policy = policies.get(kept.policy_version)
    if policy is None or policy.edition not in EDITIONS:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-ACCESS-012",
            "The policy of that decision is not here.",
            why=f"The decision was made under version {kept.policy_version}, or under rules that are no longer in the code.",
            now="Add that version's file to the policies, and use a release that knows its edition of the rules.",
            permanent=True,
        )
    return decide(kept.facts, kept.actor, kept.purpose_of_use, kept.question, policy)


def decision_bytes(decision: Decision) -> bytes:
    """A decision as canonical bytes, to compare or to hash."""
    return msgspec.json.encode(_row(decision))


def narrowed(facts: Facts, actor: Actor, at: datetime) -> Facts:
    """Without rows that no rule may count: of other people, of other times, of other patients."""
    if not (facts.relations or facts.barriers or facts.representations or facts.traits):
        return facts
    reach = _reach(actor)

    def now(row: Relation | Representation) -> bool:
        started = row.valid_from is None or row.valid_from <= at
        return started and (row.valid_to is None or at < row.valid_to)

    return replace(
        facts,
        relations=tuple(r for r in facts.relations if r.grantee in reach and now(r)),
        barriers=tuple(b for b in facts.barriers if b.patient in facts.patients),
        representations=tuple(
            r for r in facts.representations if r.representative == actor.reference and now(r)
        ),
        traits=tuple(t for t in facts.traits if t.patient in facts.patients),
    )


@lru_cache(maxsize=1024)
def _reach(actor: Actor) -> frozenset[str]:
    return frozenset((*actor.grantees, *actor.enterprises))


def _row(value: Any) -> list[Any]:
    """A dataclass by position, without the defaults at its end."""
    names, defaults = _shape(type(value))
    found = [getattr(value, name) for name in names]
    while found and found[-1] == defaults[len(found) - 1]:
        found.pop()
    return [each if type(each) is str else _known(each) for each in found]


def _known(value: Any) -> Any:
    """As `_plain`, the kinds that most fields hold first: this stands in every read, once for each patient."""
    kind = type(value)
    if kind is tuple:
        return [each if type(each) is str else _known(each) for each in value]
    if kind is datetime:
        return _microseconds(value)
    return _row(value) if kind in _ROWS else _plain(value)


_ROWS = frozenset((Relation, Barrier, Representation, Traits))


@lru_cache(maxsize=4096)
def _microseconds(at: datetime) -> int:
    """One and the same for the rows of a search: relations begin on few days."""
    return (at - EPOCH) // _MICROSECOND


@cache
def _shape(kind: type) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Names of the fields and their defaults; asked once, for this stands in every read."""
    known = fields(kind)
    return tuple(field.name for field in known), tuple(field.default for field in known)


@lru_cache(maxsize=1024)
def _actor(actor: Actor) -> msgspec.Raw:
    """The same for all that somebody asks with one token."""
    return msgspec.Raw(msgspec.json.encode(_row(actor)))


@lru_cache(maxsize=64)
def _question(question: Question) -> msgspec.Raw:
    """The same for all that one search shows."""
    return msgspec.Raw(msgspec.json.encode(_row(question)))


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | None):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return _microseconds(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return _row(value) if hasattr(value, "__dataclass_fields__") else value


def _value(kind: type[T], row: Any) -> T:
    """A dataclass from its row. Raises ValueError or TypeError."""
    if not isinstance(row, list) or len(row) > len(_hints(kind)):
        raise ValueError("no row")
    return kind(*(_typed(hint, each) for hint, each in zip(_hints(kind), row, strict=False)))


@cache
def _hints(kind: type) -> tuple[Any, ...]:
    hints = get_type_hints(kind)
    return tuple(hints[field.name] for field in fields(kind))


def _typed(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return None if value is None else _typed(get_args(hint)[0], value)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ValueError("no list")
        return tuple(_typed(get_args(hint)[0], each) for each in value)
    if hint is datetime:
        return EPOCH + value * _MICROSECOND
    if hint is date:
        return date.fromisoformat(value)
    if hasattr(hint, "__dataclass_fields__"):
        return _value(hint, value)
    if issubclass(hint, Enum):
        return hint(value)
    if type(value) is not hint:
        raise ValueError("another type")
    return value
