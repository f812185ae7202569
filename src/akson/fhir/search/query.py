"""A parsed search. Frozen values with a readable repr; every box between URL and SQL.

    Observation?patient=Patient/1&code=http://loinc.org|8867-4&_sort=-date&_count=20
    Query(type='Observation',
          terms=(Term('patient', 'reference', None, (ReferenceValue('Patient', '1', None),)),
                 Term('code', 'token', None, (TokenValue('http://loinc.org', '8867-4'),))),
          sort=(Sort('date', 'date', descending=True),), count=20, ...)

Spec: https://hl7.org/fhir/R4/search.html. Terms are joined by AND, the values of one term by OR.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class TokenValue:
    """`system|code`. `system=None`: any system (`code`); `system=""`: no system (`|code`); `code=None`: `system|`."""

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """`Patient/1` -> type and id; `1` -> type None; an absolute or urn reference -> url only."""

    type: str | None
    id: str | None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class StringValue:
    text: str
    """As given by the caller; `akson.fhir.search.values.string.fold` makes the compared form."""


@dataclass(frozen=True, slots=True)
class DateValue:
    """`prefix` is eq ne gt lt ge le sa eb ap; [lo, hi) is the period the text names, in UTC."""

    prefix: str
    lo: datetime
    hi: datetime


@dataclass(frozen=True, slots=True)
class NumberValue:
    """`value` as written; [lo, hi) its range of significant digits (used by eq and ne; ap widens it)."""

    prefix: str
    value: Decimal
    lo: Decimal
    hi: Decimal


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """A NumberValue with unit: `system` and `code` as TokenValue; `5.4||mg` gives system None, code mg."""

    prefix: str
    value: Decimal
    lo: Decimal
    hi: Decimal
    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class UriValue:
    uri: str


@dataclass(frozen=True, slots=True)
class CompositeValue:
    """One value per component, in the order of the definition."""

    parts: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class OfTypeValue:
    """`identifier:of-type=system|code|value`: an identifier of that type with that value."""

    system: str
    code: str
    value: str


@dataclass(frozen=True, slots=True)
class NearValue:
    """`near=59.91|10.75|5|km`: within the distance of the place."""

    latitude: float
    longitude: float
    kilometres: float


@dataclass(frozen=True, slots=True)
class JunctionValue:
    """A node of `_filter`: `operator` is `and`, `or` or `not` over the terms."""

    operator: str
    terms: tuple["Term", ...]


@dataclass(frozen=True, slots=True)
class MissingValue:
    """`:missing=true|false`."""

    missing: bool


@dataclass(frozen=True, slots=True)
class ChainValue:
    """`patient.name=X` (on the term's reference) : the target must match `query`. One per target type."""

    query: "Query"


Value: TypeAlias = (
    TokenValue
    | ReferenceValue
    | StringValue
    | DateValue
    | NumberValue
    | QuantityValue
    | UriValue
    | CompositeValue
    | OfTypeValue
    | NearValue
    | JunctionValue
    | MissingValue
    | ChainValue
)


@dataclass(frozen=True, slots=True)
class Term:
    """One parameter. `kind` is its search type: token reference string date number quantity uri composite special.

    `_id` has kind `id` (values TokenValue(None, id)); `_lastUpdated` kind `lastUpdated` (DateValue);
    `_has` and `_list` kind `has` with `reverse` set (values ChainValue); `_text` and `_content` kind `fulltext`
    (StringValue); `_filter` kind `filter` (JunctionValue); a compartment kind `compartment` (ReferenceValue).
    `modifier` is what the store must know: `:in`, `:below` of tokens and `:identifier` are gone when a Term is made.
    `_filter` adds `whole` and `ends` to the modifiers of strings.
    """

    param: str
    kind: str
    modifier: str | None
    values: tuple[Value, ...]
    reverse: str | None = None
    """For `_has:Observation:patient:code=x`: the reference parameter on the other type (`patient`)."""


@dataclass(frozen=True, slots=True)
class Sort:
    """`param` may be `_id` or `_lastUpdated` (kind `id`, `lastUpdated`)."""

    param: str
    kind: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """`_include=Observation:patient:Patient` -> source Observation, param patient, target Patient.

    For `_revinclude=Provenance:target` source is Provenance and the hits are the targets. `param` may be `*`.
    """

    source: str
    param: str
    target: str | None = None
    iterate: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    type: str
    terms: tuple[Term, ...] = ()
    sort: tuple[Sort, ...] = ()
    count: int = 50
    """Page size; 0 asks for the count only."""
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    summary: str | None = None
    """None, `count`, `true`, `text`, `data`, `false`."""
    elements: tuple[str, ...] = ()
    total: str | None = None
    """None, `none`, `estimate`, `accurate`."""
    cursor: str | None = None
    """Opaque place to go on from (`_cursor`), made by the store and sealed by the record."""
    text: tuple[tuple[str, str], ...] = ()
    """The parameters that were understood, as given: what the self link says."""
    parts: tuple["Query", ...] = ()
    """A search over several types: one query each, and `type` is `*`. Sort, count and cursor are the whole's."""


def every_term(query: Query) -> Iterator[tuple[str, Term]]:
    """(type, term) of the search itself, of its parts, and of what stands inside a `_filter`; not of other resources."""
    for part in query.parts or (query,):
        yield from ((part.type, term) for term in _opened(part.terms))


def _opened(terms: tuple[Term, ...]) -> Iterator[Term]:
    for term in terms:
        yield term
        for value in term.values:
            if isinstance(value, JunctionValue):
                yield from _opened(value.terms)
