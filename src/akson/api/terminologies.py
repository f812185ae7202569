"""What the terminology operations share: the library of one request, and answers in the form terminology clients read.

A request may bring code systems and value sets (`tx-resource`). What neither it nor the node has is looked for in the
record, as the reader may see it. Spec: https://hl7.org/fhir/R4/terminology-service.html
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version

from akson.api.capability import DATE
from akson.api.interaction import Answer, Call
from akson.api.negotiation import Format, answer_format
from akson.api.operation import parameters
from akson.api.statuses import status_of
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.terminology import Terminology, capabilities, findings, r4_form, shape, wishes
from akson.terminology.concepts import Json
from akson.terminology.library import Library, Resources, ValueSet
from akson.terminology.refusal import Refused
from akson.terminology.versions import split
from akson.terminology.wishes import Wishes

ROUNDS_MAX = 10
"""A value set in the record may name another, and that a third."""
LOOKED_FOR_MAX = 50
VERSIONS_MAX = 20
BROUGHT_MAX = 500

Given = dict[str, list[object]]
_WALKED = ("tx-resource", "valueSet", "codeSystem", "codeableConcept", "coding", "codingA", "codingB")


@dataclass(frozen=True, slots=True)
class Question:
    """One request, with the library it is answered from."""

    given: Given
    wishes: Wishes
    library: Library

    def text(self, *names: str) -> str:
        return next((found for name in names if (found := wishes.text(self.given, name))), "")

    def resource(self, name: str) -> Json | None:
        values = self.given.get(name)
        return values[0] if values and isinstance(values[0], dict) else None

    def value_set(self) -> ValueSet:
        """The one the request brings or names. Raises Refused AKS-TERMINOLOGY-037 when it is not known."""
        if brought := self.resource("valueSet"):
            return ValueSet(brought)
        url, said = split(self.text("url"))
        pinned = self.text("valueSetVersion", "version") or said or self.wishes.set_versions.get(url, "")
        if not url:
            raise Problem(
                ProblemKind.INVALID,
                "AKS-API-060",
                "The request does not say which value set is meant.",
                now="Give url or valueSet.",
                code="required",
            )
        found = self.library.value_set(url, pinned)
        if found is None:
            canonical = f"{url}|{pinned}" if pinned else url
            finding = findings.UNKNOWN_SET.found(value_set=canonical)
            raise Refused("AKS-TERMINOLOGY-037", finding.text, finding=finding, kind=ProblemKind.NOT_FOUND)
        return found


async def answer(call: Call, work: Callable[[Question], Json]) -> Answer:
    """200 with what `work` makes of the request; it is asked again when the record has more for it."""
    given = await _given(call)
    try:
        asked = replace(wishes.read(given), accept_language=call.headers.get("accept-language", ""))
    except Refused as refused:
        return _refused(refused)
    brought = [r for r in given.get("tx-resource", ())[:BROUGHT_MAX] if isinstance(r, dict)]
    call.terminology.refresh()
    sought: set[tuple[str, str]] = set()
    strict = answer_format(call.query, call.headers) is Format.XML
    for _ in range(ROUNDS_MAX):
        library = call.terminology.library().with_shelf(Resources(brought))
        try:
            # In a thread: a large expansion takes a while, and others are waiting.
            made = await asyncio.to_thread(work, Question(given, asked, library))
            done = Answer(200, json.encode(r4_form.of(made) if strict else made))
        except Refused as refused:
            done = _refused(refused)
        found = await _found(call, library.missing - sought) if len(sought) < LOOKED_FOR_MAX else []
        sought |= library.missing
        if not found:
            break
        brought += found
    return done


async def _given(call: Call) -> Given:
    """The parameters, and the resource that the operation stands on or was sent alone."""
    given = parameters(call)
    name = "valueSet" if call.type == "ValueSet" else "codeSystem"
    if call.id:
        stored = await call.session.read(call.type, call.id)
        given[name] = [json.parse(stored.body or b"{}")]
    elif call.body and name not in given:
        body = json.parse(call.body)
        if body.get("resourceType") == call.type:
            given[name] = [body]
    for name in _WALKED:
        for sent in given.get(name, ()):
            _check(sent, name)
    return given


def _check(sent: object, name: str) -> None:
    try:
        if isinstance(sent, dict):
            shape.check(sent)
    except ValueError as misshapen:
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-API-064",
            f"The parameter {name} cannot be read: {misshapen}.",
            code="structure",
        ) from misshapen


async def _found(call: Call, missing: Iterable[tuple[str, str]]) -> list[Json]:
    """What the record holds of it, as far as the reader may see."""
    found: list[Json] = []
    for type, url in sorted(missing):
        if not url or url.startswith("#"):
            continue
        asked = url.replace("\\", "\\\\").replace(",", "\\,").replace("|", "\\|").replace("$", "\\$")
        query = parse(type, [("url", asked), ("_count", str(VERSIONS_MAX))], base=call.base)
        page = await call.session.search(query)
        found += [json.parse(stored.body) for stored in page.matches if stored.body]
    return found


def terminology_capabilities(terminology: Terminology, base: str) -> Answer:
    """GET metadata?mode=terminology, which anyone may ask. Written anew: the operator may have loaded more."""
    terminology.refresh()
    told = capabilities.statement(terminology.headings(), base=base, date=DATE, version=version("akson"))
    return Answer(200, json.encode(told))


def _refused(refused: Refused) -> Answer:
    if refused.finding is None:
        raise refused
    return Answer(status_of(refused), json.encode(findings.outcome([refused.finding])))
