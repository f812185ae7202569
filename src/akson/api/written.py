"""The answer to a write: status, Location, version, and as much content as `Prefer: return=` asks for."""

from akson.api.interaction import Answer, Call, version_headers
from akson.api.reading import prefer
from akson.fhir.codec import json
from akson.fhir.codec.splice import instant
from akson.fhir.outcome import outcome_of
from akson.fhir.problem import Issue
from akson.record.values import Committed

_STATUS = {"created": 201, "updated": 200, "unchanged": 200, "deleted": 204}


def answer(call: Call, done: Committed) -> Answer:
    """201 for what is new, 200 for what was changed or found, 204 for a deletion."""
    version = done.version
    status = _STATUS[done.outcome]
    if status == 204:
        return Answer(204, b"", (("ETag", f'W/"{version.version}"'),) if version.version else ())
    headers = (
        *version_headers(version),
        ("Location", f"{call.base}/{version.type}/{version.id}/_history/{version.version}"),
    )
    updated = instant(version.updated)
    match prefer(call.headers).get("return"):
        case "minimal":
            return Answer(status, b"", headers, updated)
        case "OperationOutcome":
            told = Issue("informational", f"The resource was {done.outcome}.", severity="information")
            return Answer(status, json.encode(outcome_of([told])), headers, updated)
        case _:
            return Answer(status, version.body or b"", headers, updated)
