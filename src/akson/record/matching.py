"""Which searches that an app's scopes name a resource answers: from what it says itself, never from the store's index.

matchings(scope.restriction)                          the searches the judgement asks of
answered(found, (b'{"resourceType":…}',))    ->  ("category=vital-signs",)
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from akson.access.decision import AllOf, AnyOf, Matching, Not, Restriction
from akson.access.scopes import terms_of
from akson.fhir.codec import json
from akson.fhir.extraction import extract
from akson.fhir.index_values import IndexValues
from akson.fhir.search.query import TokenValue

Contents: TypeAlias = Sequence[bytes | IndexValues]
"""A resource as it stands and as it will, each as stored or already taken apart."""


def matchings(restriction: Restriction) -> tuple[Matching, ...]:
    """Every Matching inside a restriction, each once."""
    return tuple(dict.fromkeys(_named(restriction)))


def _named(restriction: Restriction) -> Iterable[Matching]:
    match restriction:
        case Matching():
            yield restriction
        case AnyOf(parts) | AllOf(parts):
            for part in parts:
                yield from _named(part)
        case Not(part):
            yield from _named(part)


def answered(asked: Sequence[Matching], contents: Contents) -> tuple[str, ...]:
    """The queries that each of `contents` answers; none where there is nothing to look at."""
    indexes = [extract(json.parse(each)) if isinstance(each, bytes) else each for each in contents]
    if not indexes:
        return ()
    return tuple(matching.query for matching in asked if all(_says(matching, index) for index in indexes))


def _says(matching: Matching, index: IndexValues) -> bool:
    return all(
        any(
            isinstance(value, TokenValue) and param == term.param and _is(value, system, code)
            for value in term.values
            for param, system, code in index.tokens
        )
        for term in terms_of(matching)
    )


def _is(wanted: TokenValue, system: str | None, code: str | None) -> bool:
    if wanted.code is not None and wanted.code != code:
        return False
    return wanted.system is None or (system or "") == wanted.system
