"""A search, whichever way it was sent and wherever it begins. Spec: https://hl7.org/fhir/R4/search.html"""

from dataclasses import replace

from akson.api.bundles import bundle, link, search_entry
from akson.api.interaction import Answer, Call, Pairs
from akson.api.parts import wanted
from akson.api.reading import strict
from akson.fhir.search.parsing import parse
from akson.fhir.search.query import Query
from akson.fhir.search.several import parse_compartment, parse_system


async def of_type(call: Call, params: Pairs) -> Answer:
    """`Observation?…`"""
    query = parse(call.type, params, strict=strict(call), base=call.base, words=call.words)
    return await answer(call, call.type, query)


async def of_system(call: Call, params: Pairs) -> Answer:
    """`?_type=…`"""
    return await answer(call, "", parse_system(params, strict=strict(call), base=call.base, words=call.words))


async def of_compartment(call: Call, params: Pairs) -> Answer:
    """`Patient/astrid/Observation?…`: the same answer whether the patient is hidden, missing or has none."""
    query = parse_compartment(
        call.type, call.id, call.member, params, strict=strict(call), base=call.base, words=call.words
    )
    return await answer(call, f"{call.type}/{call.id}/{call.member}", query)


async def answer(call: Call, path: str, query: Query) -> Answer:
    """The page as a searchset; self says what was understood, next goes on from here."""
    belongs = f"{call.session.actor.id} {path} {query.text}"
    if query.cursor:
        query = replace(query, cursor=call.unseal(belongs, query.cursor))
    found = await call.session.search(query)
    shape = wanted(query)
    entries = [search_entry(call.base, v, shape(v.type, v.body or b""), "match") for v in found.matches]
    entries += [search_entry(call.base, v, shape(v.type, v.body or b""), "include") for v in found.included]
    links = [("self", link(call.base, path, query.text))]
    if found.next_cursor:
        sealed = call.seal(belongs, found.next_cursor)
        links.append(("next", link(call.base, path, [*query.text, ("_cursor", sealed)])))
    total = found.total
    if total is None and not found.next_cursor and not query.cursor and query.total != "none":
        total = len(found.matches)
    return Answer(200, bundle("searchset", entries, links=links, total=total))
