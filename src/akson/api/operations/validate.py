"""$validate: would this be accepted, and does it follow the profiles asked for and claimed?

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from typing import Any

from akson.api.interaction import Answer, Call
from akson.api.operation import HL7, Operation, Place, read_parameters, text
from akson.api.profiles import look_up
from akson.fhir.codec import json
from akson.fhir.definitions import load
from akson.fhir.outcome import outcome_of
from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.fhir.validation import Profiles, claims, validate
from akson.terminology.validating import CodesOf

MODES = ("create", "update", "delete")
PROFILES_MAX = 20
_CORE = "http://hl7.org/fhir/StructureDefinition/"

Json = dict[str, Any]
Given = dict[str, list[object]]
_CORE_NAMES = frozenset({*load().resource_types, "Resource", "DomainResource"})


async def run(call: Call) -> Answer:
    """200 with the findings, whatever they are; an error status only when the question cannot be understood."""
    body = await call.aside(len(call.body), lambda: json.parse(call.body)) if call.body else {}
    given = read_parameters(call, body)
    mode = text(given, "mode")
    if mode is not None and mode not in MODES:
        raise Problem(ProblemKind.INVALID, "AKS-API-041", f"mode is one of {', '.join(MODES)}.", code="value")
    resource, size = await _resource(call, body, given)
    issues = [] if mode == "delete" else await _findings(call, resource, size, _asked(given))
    return Answer(200, json.encode(outcome_of(issues)))


def _asked(given: Given) -> list[str]:
    asked = [url for url in given.get("profile", ()) if isinstance(url, str) and url]
    if len(asked) != len(given.get("profile", ())) or len(asked) > PROFILES_MAX:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-API-043",
            f"profile is the address of a profile, given at most {PROFILES_MAX} times.",
            code="value",
        )
    return asked


async def _resource(call: Call, body: Json, given: Given) -> tuple[Json, int]:
    """The resource in the body, itself or as `resource` of Parameters; else the one that stands at this address."""
    if body:
        if body.get("resourceType") != "Parameters" or (
            call.type == "Parameters" and "resource" not in given
        ):
            return body, len(call.body)
        if given.get("resource") and isinstance(given["resource"][0], dict):
            return given["resource"][0], len(call.body)
    if call.id:
        stored = (await call.session.read(call.type, call.id)).body or b"{}"
        return json.parse(stored), len(stored)
    raise Problem(
        ProblemKind.INVALID,
        "AKS-API-042",
        "There is nothing to validate.",
        now="Send a resource, or Parameters with the parameter resource.",
        code="required",
    )


async def _findings(call: Call, resource: Json, size: int, asked: list[str]) -> list[Issue]:
    found = resource.get("resourceType")
    if call.type and found != call.type:
        return [Issue("invalid", f"The content must be a {call.type}.", "resourceType")]
    named = [url for url in asked if not _is_core(url)]
    claimed = claims(resource)
    call.terminology.refresh()
    words = CodesOf(call.terminology)
    known = await call.aside.away(call.profiles.known)
    if named or claimed:
        known = await look_up(call, known, [*named, *(url for _, url in claimed)])

    def judged() -> list[Issue]:
        return validate(resource, profiles=named, known=known, terminology=words, warnings=True)

    issues = await (call.aside.away(judged) if named or claimed else call.aside(size, judged))
    return [*issues, *_of_another_type(resource, asked), *_unknown(claimed, known)]


def _is_core(url: str) -> bool:
    """Whether it is R4's own definition of a resource type, which is always followed."""
    return url.partition("|")[0].removeprefix(_CORE) in _CORE_NAMES


def _of_another_type(resource: Json, asked: list[str]) -> list[Issue]:
    types = {url.partition("|")[0].removeprefix(_CORE) for url in asked if _is_core(url)}
    found = str(resource.get("resourceType"))
    lineage = {found, *load().lineage(found)} if found in load().resource_types else {found}
    return [Issue("structure", f"The resource is no {type}.", found) for type in sorted(types - lineage)]


def _unknown(claimed: list[tuple[str, str]], known: Profiles) -> list[Issue]:
    """A claim nobody here can judge is no fault, and not to be taken for kept either."""
    return [
        Issue("not-supported", "The profile is not known here, so it was not looked at.", path, "warning")
        for path, url in claimed
        if url not in known and not _is_core(url)
    ]


OPERATION = Operation(
    "validate",
    f"{HL7}/Resource-validate",
    (Place("POST", "type"), Place("POST", "type/id"), Place("GET", "type/id")),
    run,
)
