"""Searches that were composed before, by their very values and whoever's restriction: the text is not put together again.

A restriction by care relation names the instant of the question. In what is remembered a marker stands for it, so that the
same person's next search finds the same plan; who may see what is judged by the instant of each search as before. What is
remembered is a question, never an answer.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from akson.access.decision import (
    AllOf,
    AnyOf,
    Barred,
    Not,
    PatientRelation,
    Released,
    Represented,
    Restriction,
)
from akson.fhir.search.query import Query
from akson.store.search.hiding import Redactions
from akson.store.search.statement import types_of
from akson.store.values import Sql

PLANS_MAX = 1_000
"""A few kilobytes each: text and values."""
Now = Callable[[], datetime]

_WHENEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Known by identity: a value of the same instant is another object."""


@dataclass(frozen=True, slots=True)
class View:
    """What the reader may see of each type: which rows, and which elements of them not."""

    restriction: Callable[[str], Restriction]
    redactions: Redactions


Compose = Callable[[View, Now], Sql]
_Key = tuple[int, Query, frozenset[str], tuple[tuple[Restriction, tuple[str, ...]], ...]]


class Plans:
    """One for each process; the least recently used goes first."""

    def __init__(self, now: Now, most: int = PLANS_MAX) -> None:
        self._now = now
        self._most = most
        self._known: OrderedDict[_Key, Sql] = OrderedDict()

    def of(self, tenant: int, query: Query, view: View, present: frozenset[str], compose: Compose) -> Sql:
        """What `compose` gives, or gave. `present` are the types that have tables."""
        instants: set[datetime] = set()
        types = sorted(types_of(query))
        timeless = {type: _timeless(view.restriction(type), instants) for type in types}
        if query.cursor or len(instants) > 1:
            return compose(view, self._now)
        hidden = (tuple(view.redactions(type)) for type in types)
        key = (tenant, query, present, tuple(zip(timeless.values(), hidden, strict=True)))
        sql = self._known.get(key)
        if sql is None:
            sql = self._composed(key, timeless, view, compose)
        else:
            self._known.move_to_end(key)
        return _at(sql, instants.pop()) if instants else sql

    def _composed(self, key: _Key, timeless: Mapping[str, Restriction], view: View, compose: Compose) -> Sql:
        """Remembered, unless it asked for the time (`ap` of a date) or for a type that the key does not name."""
        steady = True

        def now() -> datetime:
            nonlocal steady
            steady = False
            return self._now()

        def known(type: str) -> Restriction:
            nonlocal steady
            if type not in timeless:
                steady = False
                return view.restriction(type)
            return timeless[type]

        def hidden(type: str) -> Sequence[str]:
            nonlocal steady
            steady = steady and type in timeless
            return view.redactions(type)

        sql = compose(View(known, hidden), now)
        if steady:
            self._known[key] = sql
            if len(self._known) > self._most:
                self._known.popitem(last=False)
        return sql


def _timeless(restriction: Restriction, instants: set[datetime]) -> Restriction:
    match restriction:
        case PatientRelation(at=at) | Represented(at=at) | Barred(at=at) | Released(at=at):
            instants.add(at)
            return replace(restriction, at=_WHENEVER)
        case AnyOf(parts):
            return AnyOf(tuple(_timeless(part, instants) for part in parts))
        case AllOf(parts):
            return AllOf(tuple(_timeless(part, instants) for part in parts))
        case Not(part):
            return Not(_timeless(part, instants))
        case _:
            return restriction


def _at(sql: Sql, instant: datetime) -> Sql:
    return Sql(sql.text, tuple(instant if value is _WHENEVER else value for value in sql.arguments))
