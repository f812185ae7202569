"""Which searches that a restriction names (an app's scopes, whose an item is) a resource answers: from what it says itself,
never from the store's index.

matchings(scope.restriction, of_patient=True)         the searches the judgement asks of
answered(found, (b'{"resourceType":…}',))    ->  ("category=vital-signs",)
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from akson.access.decision import AllOf, AnyOf, Matching, NoPatient, Not, Restriction
from akson.access.scopes import terms_of
from akson.fhir.codec import json
from akson.fhir.extraction import extract
from akson.fhir.index_values import IndexValues
from akson.fhir.search.query import ReferenceValue, TokenValue, Value

Contents: TypeAlias = Sequence[bytes | IndexValues]
"""A resource as it stands and as it will, each as stored or already taken apart."""


def matchings(restriction: Restriction, *, of_patient: bool) -> tuple[Matching, ...]:
    """Every Matching inside a restriction, each once; without those that are asked only of what belongs to no patient, where
    the resource does belong to one: most do, and none is taken apart for nothing."""
    return tuple(dict.fromkeys(_named(restriction, of_patient)))


def _named(restriction: Restriction, of_patient: bool) -> Iterable[Matching]:
    match restriction:
        case Matching():
            yield restriction
        case AllOf(parts) if of_patient and NoPatient() in parts:
            return
        case AnyOf(parts) | AllOf(parts):
            for part in parts:
                yield from _named(part, of_patient)
        case Not(part):
            yield from _named(part, of_patient)


def answered(asked: Sequence[Matching], contents: Contents) -> tuple[str, ...]:
    """The queries that each of `contents` answers; none where there is nothing to look at."""
    indexes = [extract(json.parse(each)) if isinstance(each, bytes) else each for each in contents]
    if not indexes:
        return ()
    return tuple(matching.query for matching in asked if all(_says(matching, index) for index in indexes))


def _says(matching: Matching, index: IndexValues) -> bool:
    return all(any(_has(index, term.param, value) for value in term.values) for term in terms_of(matching))


def _has(index: IndexValues, param: str, value: Value) -> bool:
    if isinstance(value, ReferenceValue):
        return (param, f"{value.type}/{value.id}") in index.references
    if not isinstance(value, TokenValue):
        return False
    return any(param == named and _is(value, system, code) for named, system, code in index.tokens)


def _is(wanted: TokenValue, system: str | None, code: str | None) -> bool:
    if wanted.code is not None and wanted.code != code:
        return False
    return wanted.system is None or (system or "") == wanted.system
