"""Text that is not in the index, read out of the body when it is asked for: what codes are called, what to order by.

A parameter's expression becomes JSON paths, once. PostgreSQL walks them in the rows that the other terms leave. Bodies are
packed in a way it cannot read (ADR 0054), so `candidates` says which rows these are, and ../reading_bodies.py lays their
bodies into a table of the transaction first.
Spec: https://www.postgresql.org/docs/15/functions-json.html#FUNCTIONS-SQLJSON-PATH
"""

import re
from collections.abc import Callable, Iterator
from functools import cache

from akson.fhir.definitions import load
from akson.fhir.extraction.plan import NotPlain, Path, Step, plan
from akson.fhir.search.query import ChainValue, JunctionValue, Query, Sort, Term
from akson.fhir.search.values.token import SORTED_BY, TEXTS
from akson.store.search.scope import Scope

READABLE = "pg_temp.readable"
"""Of this transaction alone: `self` of the candidates, and their bodies unpacked."""

_EQUALS = re.compile(r"(\w+) = '([^']*)'")
_POINTS_TO = re.compile(r"resolve\(\) is (\w+)")


def said(type: str, param: str) -> tuple[str, ...]:
    """JSON paths to the words of a token parameter: `code` -> `$."code"."text"`, `$."code"."coding"."display"`."""
    return tuple(
        f"{start}.{_quoted(words)}" for kind, start in _starts(type, param) for words in TEXTS.get(kind, ())
    )


def ordered_by(type: str, param: str) -> tuple[str, ...]:
    """JSON paths to what stands for a token or reference in an order."""
    found = []
    for kind, start in _starts(type, param):
        leaf = "reference" if kind == "Reference" else SORTED_BY.get(kind)
        found.append(f"{start}.{_quoted(leaf)}" if leaf else start)
    return tuple(dict.fromkeys(found))


def candidates(query: Query) -> Iterator[Query]:
    """The rows whose bodies the statement may look into, of every table it names: what else is asked of them, without order.

    Nothing when it looks into none.
    """
    for part in query.parts or (query,):
        # From the inside out: which rows are left may hang on what the rows they refer to say.
        for term in part.terms:
            yield from _inner(term)
        if any(map(_reads_order_of(part.type), query.sort)) or any(map(_reads, part.terms)):
            yield Query(part.type, tuple(term for term in part.terms if not _reads(term)))


def _inner(term: Term) -> Iterator[Query]:
    """Of the tables that chains, `_has` and lists lead to."""
    for value in term.values:
        if isinstance(value, ChainValue):
            yield from candidates(value.query)
        elif isinstance(value, JunctionValue):
            for inner in value.terms:
                yield from _inner(inner)


def _reads(term: Term) -> bool:
    """Whether the term looks into the bodies of its own table."""
    if term.kind == "filter":
        return any(any(map(_reads, value.terms)) for value in term.values if isinstance(value, JunctionValue))
    return term.kind == "fulltext" or (term.kind == "token" and term.modifier == "text")


def _reads_order_of(type: str) -> Callable[[Sort], bool]:
    return lambda sort: sort.kind in ("token", "reference") and bool(ordered_by(type, sort.param))


def json(scope: Scope) -> str:
    """The row's body as jsonb, null for what PostgreSQL cannot hold. A table that stands in has its bodies as they are."""
    if scope.source:
        return f"record.json_of({scope.column('body')})"
    return f"record.json_of((select b.body from {READABLE} b where b.self = {scope.column('self')}))"


def texts(paths: tuple[str, ...], scope: Scope) -> str:
    """A FROM item with one column `v`: the text at each of the paths. Paths come from the definitions alone."""
    body = json(scope)
    each = [f"select jsonb_path_query({body}, {_literal(path)}) #>> '{{}}' as v" for path in paths]
    return f"({' union all '.join(each)})"


@cache
def _starts(type: str, param: str) -> tuple[tuple[str, str], ...]:
    """(element type, JSON path) of every place the parameter looks at; none where it is more than paths."""
    parameter = load().search_parameters(type).get(param)
    if parameter is None or not parameter.expression:
        return ()
    try:
        paths = plan(type, parameter.expression)
    except NotPlain:
        return ()
    return tuple((path.at.type, _json_path(path)) for path in paths if path.at is not None)


def _json_path(path: Path) -> str:
    return "$" + "".join(_step(step) for step in path.steps)


def _step(step: Step) -> str:
    text = f'."{step.key}"'
    if step.index is not None:
        text += f"[{step.index}]"
    if step.guard is not None:
        equal, points = _EQUALS.fullmatch(step.guard[0]), _POINTS_TO.fullmatch(step.guard[0])
        if equal:
            text += f' ? (@."{equal[1]}" == "{equal[2]}")'
        elif points:
            text += f' ? (@."reference" starts with "{points[1]}/")'
    return text


def _quoted(dotted: str) -> str:
    return ".".join(f'"{name}"' for name in dotted.split("."))


def _literal(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"
