"""AuditEvent, answered from the access log and stored nowhere else: a search and a read, made with `audit.export`.

Who may is what `record.log_search` says: the privacy officer all of her tenant, the citizen and who represents her hers.
A parameter that is not offered is refused, never passed over: of a log one must not be shown more, or think it was less.
Spec: https://hl7.org/fhir/R4/auditevent.html#search; docs/adr/0106.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from akson.access.actor import ActorKind
from akson.api.bundles import bundle, link
from akson.api.interaction import Answer, Call, Pairs
from akson.api.parts import wanted
from akson.api.reading import strict
from akson.audit.event import AccessEvent
from akson.audit.export import Node, resources
from akson.audit.export.balp import RESTFUL, TYPES, subtype_of
from akson.audit.export.parts import DICOM, HPR, Json, outcome_of
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.fhir.search.query import DateValue, Query, ReferenceValue, Term, TokenValue
from akson.record.log_search import LogQuestion

PARAMETERS = ("agent", "date", "entity", "outcome", "patient", "subtype", "type")
"""The others of AuditEvent are refused."""
EVENT_ID_HEX = 32
_TYPE_SYSTEM = {"rest": TYPES, "110110": DICOM}
_NATIONAL = "-t"
"""Ends the id of an event told by the national profile."""

Meets = Callable[[AccessEvent], bool]


async def search(call: Call, params: Pairs, patient: str = "") -> Answer:
    """One page, newest first. `patient` is of the compartment asked in."""
    query = parse("AuditEvent", params, strict=strict(call), base=call.base, words=call.words)
    _refuse_odd_parts(query)
    path = f"Patient/{patient}/AuditEvent" if patient else "AuditEvent"
    belongs = f"{call.session.actor.id} {path} {list(query.text)}"
    here = _node(call)
    before, passed = _place(call.unseal(belongs, query.cursor) if query.cursor else "")
    asked = replace(
        _question(call, query, patient),
        also=partial(_all, [_condition(term, here) for term in query.terms]),
        before=before,
        count=max(query.count, 1) + passed,
        whole=True,
    )
    found = await call.session.search_log(asked)
    told = [
        (place, n, resource)
        for place, event in found.events
        for n, resource in enumerate(resources(event, here))
        if _is_asked(query.terms, resource) and not (n < passed and before == place + 1)
    ]
    page, rest = told[: query.count], told[query.count :]
    # An event may be told as two, and a page may end between them.
    further = f"{rest[0][0] + 1}.{rest[0][1]}" if rest else (f"{found.further}.0" if found.further else "")
    links = [("self", link(call.base, path, query.text))]
    if further and query.count:
        links.append(("next", link(call.base, path, [*query.text, ("_cursor", call.seal(belongs, further))])))
    total = len(page) if not (further or query.cursor) else None
    cut = wanted(query)
    entries = [_entry(call.base, resource, cut) for _, _, resource in page]
    return Answer(200, bundle("searchset", entries, links=links, total=total))


async def read(call: Call) -> Answer:
    """`AuditEvent/00010203…0f`, `…-t` as the national profile tells it. Raises NOT_FOUND (also when hidden)."""
    id = call.id.removesuffix(_NATIONAL)
    known = len(id) == EVENT_ID_HEX and all(letter in "0123456789abcdef" for letter in id)
    event = await call.session.logged(bytes.fromhex(id) if known else b"")
    for resource in resources(event, _node(call)):
        if resource["id"] == call.id:
            return Answer(200, json.encode(resource))
    raise Problem(ProblemKind.NOT_FOUND, "AKS-API-404", "This event is not told by the national profile.")


def _node(call: Call) -> Node:
    return Node(call.session.record.log.first_origin.split("/")[1], call.base)


def _entry(base: str, resource: Json, cut: Callable[[str, bytes], bytes] | None) -> bytes:
    body = json.encode(resource)
    start = f'{{"fullUrl":"{base}/AuditEvent/{resource["id"]}","resource":'.encode()
    return start + (cut("AuditEvent", body) if cut else body) + b',"search":{"mode":"match"}}'


def _place(cursor: str) -> tuple[int | None, int]:
    """`41.1` -> go on before place 41, and pass over one resource that was shown of its first event."""
    before, _, passed = cursor.partition(".")
    return (int(before), int(passed)) if cursor else (None, 0)


def _question(call: Call, query: Query, patient: str) -> LogQuestion:
    """What the log has columns for."""
    named = {patient} - {""}
    since, until = None, None
    for term in query.terms:
        if term.param == "patient":
            named |= {_one(term).removeprefix("Patient/")}
        elif term.param == "date":
            since, until = _during(term, since, until)
    if len(named) > 1:
        raise _odd("patient", "It names more than one.")
    return LogQuestion(patient=next(iter(named), _herself(call)), since=since, until=until)


def _herself(call: Call) -> str:
    """Whose log is meant when a citizen names nobody."""
    actor = call.session.actor
    own = {ActorKind.CITIZEN: (actor.reference,), ActorKind.PROXY: actor.on_behalf_of}.get(actor.kind, ())
    return own[0].removeprefix("Patient/") if len(own) == 1 else ""


def _during(
    term: Term, since: datetime | None, until: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """The time that is left: an event is a moment, so `gt` of a day begins when the day has ended."""
    value = term.values[0]
    if len(term.values) > 1 or term.modifier or not isinstance(value, DateValue):
        raise _odd("date", "One value is read at a time; give it twice for a period.")
    begins = {"eq": value.lo, "ge": value.lo, "gt": value.hi, "sa": value.hi}.get(value.prefix)
    ends = {"eq": value.hi, "le": value.hi, "lt": value.lo, "eb": value.lo}.get(value.prefix)
    if begins is None and ends is None:
        raise _odd("date", "Its prefixes are eq, ge, gt, le, lt, sa and eb.")
    later = [moment for moment in (since, begins) if moment is not None]
    earlier = [moment for moment in (until, ends) if moment is not None]
    return max(later, default=None), min(earlier, default=None)


def _condition(term: Term, here: Node) -> Meets:
    """What must hold of the event. Raises UNSUPPORTED AKS-API-071."""
    if term.modifier or term.reverse:
        raise _odd(term.param, "No modifier is.")
    name = term.param
    if name in ("patient", "date"):
        return lambda event: True
    if name == "agent:identifier":
        return _any_token(term, lambda event: (HPR, event.hpr) if event.hpr else ("", event.actor_id))
    if name in ("agent", "entity"):
        references = {_reference(name, value) for value in term.values}
        told = _agents if name == "agent" else _entities
        return lambda event: not references.isdisjoint(told(event))
    if name == "outcome":
        return _any_token(term, lambda event: ("http://hl7.org/fhir/audit-event-outcome", outcome_of(event)))
    if name == "subtype":
        return _any_token(term, lambda event: (RESTFUL, subtype_of(event)))
    if name == "type":
        # Of the resource, not of the event: one event may be told as two.
        return lambda event: any(_is_asked([term], resource) for resource in resources(event, here))
    raise _odd(name, "")


def _any_token(term: Term, told: Callable[[AccessEvent], tuple[str, str]]) -> Meets:
    values = [value for value in term.values if isinstance(value, TokenValue)]
    return lambda event: any(_is(value, *told(event)) for value in values)


def _is(value: TokenValue, system: str, code: str) -> bool:
    return value.system in (None, system) and value.code in (None, code)


def _is_asked(terms: Sequence[Term], resource: Json) -> bool:
    """By what the resource says that its event does not."""
    code = resource["type"]["code"]
    types = [term.values for term in terms if term.param == "type"]
    return all(
        any(isinstance(value, TokenValue) and _is(value, _TYPE_SYSTEM[code], code) for value in values)
        for values in types
    )


def _agents(event: AccessEvent) -> set[str]:
    """How the one who asked may be named: `ida`, `Practitioner/ida`, `Patient/astrid`."""
    kind = "Patient" if event.actor_kind in ("citizen", "proxy") else "Practitioner"
    return {event.actor_id, f"{kind}/{event.actor_id}"}


def _entities(event: AccessEvent) -> set[str]:
    """What the event names, without versions; and whose it was."""
    named = {"/".join(resource.split("/")[:2]) for resource in event.resources}
    return named | ({f"Patient/{event.patient}"} if event.patient else set())


def _reference(name: str, value: object) -> str:
    if not isinstance(value, ReferenceValue) or not value.id:
        raise _odd(name, "It is a reference inside this server.")
    return f"{value.type}/{value.id}" if value.type else value.id


def _one(term: Term) -> str:
    if len(term.values) != 1:
        raise _odd(term.param, "It names more than one.")
    return _reference(term.param, term.values[0])


def _all(conditions: list[Meets], event: AccessEvent) -> bool:
    return all(meets(event) for meets in conditions)


def _refuse_odd_parts(query: Query) -> None:
    newest_first = all(sort.param in ("date", "_lastUpdated") and sort.descending for sort in query.sort)
    if not newest_first or query.includes or query.revincludes:
        raise _odd("_sort, _include or _revinclude", "Events come newest first, and alone.")


def _odd(name: str, why: str) -> Problem:
    return Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-API-071",
        f"AuditEvent is not searched by this {name.split(':')[0]} here.",
        why=why,
        now="Ask by " + ", ".join((*PARAMETERS, "_count")) + ".",
    )
