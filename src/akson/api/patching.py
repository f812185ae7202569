"""A patch as the update it comes to: read under the reader's decision, changed purely, written on that very version.

Spec: https://hl7.org/fhir/R4/http.html#patch. JSON Patch (RFC 6902) and FHIRPath Patch; what they do to a resource is
`akson.fhir.patch`'s.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from akson.api.interaction import Call
from akson.fhir.codec import json
from akson.fhir.patch import fhirpath_patch, json_patch
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.record.guard import not_found
from akson.record.values import Change, Committed, StoredVersion

ATTEMPTS_MAX = 20


async def apply(
    call: Call, document: Any, *, criteria: str | None = None, if_match: int | None = None
) -> Committed:
    """Committed on the newest version; tried again when somebody else was faster, unless `if_match` names a version."""
    for attempt in range(ATTEMPTS_MAX):
        try:
            return (await call.session.commit([await as_change(call, document, criteria, if_match)]))[0]
        except Problem as lost:
            if lost.id == "AKS-RECORD-021":
                raise _would_break(lost) from None
            if if_match is not None or lost.id != "AKS-RECORD-022" or attempt == ATTEMPTS_MAX - 1:
                raise
    raise AssertionError("the loop returns or raises")


async def as_change(call: Call, document: Any, criteria: str | None, if_match: int | None) -> Change:
    """The update that the patch comes to now. Raises NOT_FOUND (also when hidden), PRECONDITION, INVALID."""
    if criteria is None:
        current = await call.session.read(call.type, call.id)
    else:
        current = await _only_one(call, criteria)
    if if_match is not None and if_match != current.version:
        raise Problem(
            ProblemKind.PRECONDITION,
            "AKS-RECORD-022",
            "Somebody else has changed the resource since you read it.",
            now="Read it again, and make your patch on the newest version.",
        )
    # However small, a path may be long in the walking.
    patched = await call.aside.away(lambda: _patched(json.parse(current.body or b"{}"), document))
    if patched.get("id") != current.id or patched.get("resourceType") != current.type:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-API-050",
            "A patch may not change the type or the id.",
            code="business-rule",
        )
    return Change("PUT", current.type, id=current.id, body=json.encode(patched), if_match=current.version)


def _would_break(problem: Problem) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-API-053",
        "The patch was not applied: the resource would break rules of FHIR R4.",
        issues=problem.issues,
    )


def read_document(body: bytes) -> Any:
    """A JSON Patch or a Parameters resource. Raises the Problems of the JSON codec."""
    # Read as part of an object, so that the limits and the exact numbers are those of every other content.
    return json.parse(b'{"patch":' + body + b"}")["patch"] if body.lstrip()[:1] == b"[" else json.parse(body)


def _patched(resource: dict[str, Any], document: Any) -> dict[str, Any]:
    return (
        json_patch(resource, document) if isinstance(document, list) else fhirpath_patch(resource, document)
    )


async def _only_one(call: Call, criteria: str) -> StoredVersion:
    query = replace(parse(call.type, parse_qsl(criteria, keep_blank_values=True), words=call.words), count=2)
    if not query.terms:
        raise Problem(
            ProblemKind.PRECONDITION, "AKS-API-052", f"A patch of {call.type} needs an id or a condition."
        )
    found = await call.session.search(query)
    if not found.matches:
        raise not_found()
    if len(found.matches) > 1:
        raise Problem(
            ProblemKind.PRECONDITION,
            "AKS-RECORD-031",
            f"The condition on {call.type} fits more than one resource.",
            now="Make it narrower, so that it fits at most one.",
            code="multiple-matches",
        )
    return found.matches[0]
