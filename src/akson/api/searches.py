"""A search, whichever way it was sent and wherever it begins. Spec: https://hl7.org/fhir/R4/search.html; docs/as-of.md"""

from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from akson.api.bundles import link, searchset
from akson.api.interaction import Answer, Call, Pairs
from akson.api.parts import wanted
from akson.api.reading import AS_OF, period, strict
from akson.fhir.search.parsing import parse
from akson.fhir.search.query import Query
from akson.fhir.search.several import parse_compartment, parse_system

REMEMBERED_MAX = 1_000
"""Searches of which the parsed form is kept, a kilobyte or two each."""
REMEMBERED_LENGTH_MAX = 400
"""Of a search that is kept, in characters."""


async def of_type(call: Call, params: Pairs) -> Answer:
    """`Observation?…`"""
    return await _answer(call, call.type, _parsed(call, params), params)


async def of_system(call: Call, params: Pairs) -> Answer:
    """`?_type=…`"""
    query = parse_system(_present(params), strict=strict(call), base=call.base, words=call.words)
    return await _answer(call, "", query, params)


async def of_compartment(call: Call, params: Pairs) -> Answer:
    """`Patient/astrid/Observation?…`: the same answer whether the patient is hidden, missing or has none."""
    query = parse_compartment(
        call.type,
        call.id,
        call.member,
        _present(params),
        strict=strict(call),
        base=call.base,
        words=call.words,
    )
    return await _answer(call, f"{call.type}/{call.id}/{call.member}", query, params)


def _present(params: Pairs) -> Pairs:
    return [pair for pair in params if pair[0] != AS_OF]


async def _answer(call: Call, path: str, query: Query, params: Pairs) -> Answer:
    """The page as a searchset; self says what was understood, next goes on from here."""
    then = period(params, AS_OF)
    text = query.text if then is None else [*query.text, *(pair for pair in params if pair[0] == AS_OF)]
    if query.cursor:
        query = replace(query, cursor=call.unseal(_belongs(call, path, text), query.cursor))
    if then is None:
        found = await call.session.search(query)
    else:
        # A day or a month means as it was known at its end.
        found = await call.session.search_as_of(query, then[1] - datetime.resolution)
    links = [("self", link(call.base, path, text))]
    if found.next_cursor:
        sealed = call.seal(_belongs(call, path, text), found.next_cursor)
        links.append(("next", link(call.base, path, [*text, ("_cursor", sealed)])))
    total = found.total
    if total is None and not found.next_cursor and not query.cursor and query.total != "none":
        total = len(found.matches)
    page = searchset(call.base, found.matches, found.included, links=links, total=total, shape=wanted(query))
    return Answer(200, page)


def _belongs(call: Call, path: str, text: Pairs) -> str:
    """Whose page it is, and of which search: a page marker fits nothing else."""
    return f"{call.session.actor.id} {path} {list(text)}"


def _parsed(call: Call, params: Pairs) -> Query:
    pairs, is_strict = tuple(_present(params)), strict(call)
    size = len(call.base) + sum(len(name) + len(value) for name, value in pairs)
    if size <= REMEMBERED_LENGTH_MAX and not any(":" in name or name == "_filter" for name, _ in pairs):
        return _remembered(call.type, pairs, is_strict, call.base)
    return parse(call.type, pairs, strict=is_strict, base=call.base, words=call.words)


@lru_cache(maxsize=REMEMBERED_MAX)
def _remembered(type: str, params: tuple[tuple[str, str], ...], is_strict: bool, base: str) -> Query:
    """Without modifiers a search is read the same whoever asks, and whatever words are known."""
    return parse(type, params, strict=is_strict, base=base)
