"""A search, whichever way it was sent and wherever it begins. Spec: https://hl7.org/fhir/R4/search.html; docs/as-of.md"""

from dataclasses import replace
from datetime import datetime

from akson.api.bundles import bundle, link, search_entry
from akson.api.interaction import Answer, Call, Pairs
from akson.api.parts import wanted
from akson.api.reading import AS_OF, period, strict
from akson.fhir.search.parsing import parse
from akson.fhir.search.query import Query
from akson.fhir.search.several import parse_compartment, parse_system


async def of_type(call: Call, params: Pairs) -> Answer:
    """`Observation?…`"""
    query = parse(call.type, _present(params), strict=strict(call), base=call.base, words=call.words)
    return await _answer(call, call.type, query, params)


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
    return [(name, value) for name, value in params if name != AS_OF]


async def _answer(call: Call, path: str, query: Query, params: Pairs) -> Answer:
    """The page as a searchset; self says what was understood, next goes on from here."""
    then = period(params, AS_OF)
    text = [*query.text, *((name, value) for name, value in params if name == AS_OF)]
    belongs = f"{call.session.actor.id} {path} {text}"
    if query.cursor:
        query = replace(query, cursor=call.unseal(belongs, query.cursor))
    if then is None:
        found = await call.session.search(query)
    else:
        # A day or a month means as it was known at its end.
        found = await call.session.search_as_of(query, then[1] - datetime.resolution)
    shape = wanted(query)
    entries = [search_entry(call.base, v, shape(v.type, v.body or b""), "match") for v in found.matches]
    entries += [search_entry(call.base, v, shape(v.type, v.body or b""), "include") for v in found.included]
    links = [("self", link(call.base, path, text))]
    if found.next_cursor:
        sealed = call.seal(belongs, found.next_cursor)
        links.append(("next", link(call.base, path, [*text, ("_cursor", sealed)])))
    total = found.total
    if total is None and not found.next_cursor and not query.cursor and query.total != "none":
        total = len(found.matches)
    return Answer(200, bundle("searchset", entries, links=links, total=total))
