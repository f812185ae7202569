"""A search of one type, whichever way it was sent. Spec: https://hl7.org/fhir/R4/search.html"""

from dataclasses import replace

from akson.api.bundles import bundle, link, search_entry
from akson.api.interaction import Answer, Call, Pairs
from akson.api.parts import wanted
from akson.api.reading import strict
from akson.fhir.search.parsing import parse


async def answer(call: Call, params: Pairs) -> Answer:
    """The page as a searchset; self says what was understood, next goes on from here."""
    query = parse(call.type, params, strict=strict(call), base=call.base)
    belongs = f"{call.session.actor.id} {call.type} {query.text}"
    if query.cursor:
        query = replace(query, cursor=call.unseal(belongs, query.cursor))
    found = await call.session.search(query)
    shape = wanted(query)
    entries = [search_entry(call.base, v, shape(v.type, v.body or b""), "match") for v in found.matches]
    entries += [search_entry(call.base, v, shape(v.type, v.body or b""), "include") for v in found.included]
    links = [("self", link(call.base, call.type, query.text))]
    if found.next_cursor:
        sealed = call.seal(belongs, found.next_cursor)
        links.append(("next", link(call.base, call.type, [*query.text, ("_cursor", sealed)])))
    total = found.total
    if total is None and not found.next_cursor and not query.cursor and query.total != "none":
        total = len(found.matches)
    return Answer(200, bundle("searchset", entries, links=links, total=total))
