"""$everything of a patient: her whole record, as far as the reader may see it.

Spec: https://hl7.org/fhir/R4/patient-operation-everything.html. Without `_count` the answer is whole; with it, in pages.
"""

from dataclasses import replace

from akson.api.bundles import link, searchset
from akson.api.interaction import Answer, Call
from akson.api.operation import HL7, Operation, Place, parameters, text
from akson.api.reading import count, moment, period
from akson.fhir.definitions import load
from akson.record.values import Part

COUNT_MAX = 1_000


async def run(call: Call) -> Answer:
    given = parameters(call)
    kept = [(name, str(value)) for name, values in given.items() for value in values if name != "_cursor"]
    paged = "_count" in given
    path = f"Patient/{call.id}/$everything"
    belongs = f"{call.session.actor.id} {path} {kept}"
    sealed = text(given, "_cursor")
    found = await call.session.everything(
        call.id,
        _part(given),
        count=count(kept, default=COUNT_MAX, most=COUNT_MAX) or 1 if paged else None,
        cursor=call.unseal(belongs, sealed) if sealed else None,
    )
    links = [("self", link(call.base, path, kept))]
    if found.next_cursor:
        links.append(
            ("next", link(call.base, path, [*kept, ("_cursor", call.seal(belongs, found.next_cursor))]))
        )
    total = None if paged else len(found.matches)
    return Answer(200, searchset(call.base, found.matches, found.included, links=links, total=total))


def _part(given: dict[str, list[object]]) -> Part:
    pairs = [(name, str(values[0])) for name, values in given.items()]
    end = period(pairs, "end")
    part = Part(since=moment(pairs, "_since"), start=moment(pairs, "start"), end=end[1] if end else None)
    if "_type" not in given:
        return part
    types = tuple(dict.fromkeys(t.strip() for values in given["_type"] for t in str(values).split(",")))
    for type in types:
        load().type(type if type.isalnum() else "?")
    return replace(part, types=types)


OPERATION = Operation(
    "everything",
    f"{HL7}/Patient-everything",
    (Place("GET", "type/id", ("Patient",)), Place("POST", "type/id", ("Patient",))),
    run,
)
