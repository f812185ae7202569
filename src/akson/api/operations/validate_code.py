"""$validate-code on ValueSet and CodeSystem: whether a code is what it claims to be.

Spec: https://hl7.org/fhir/R4/valueset-operation-validate-code.html, https://hl7.org/fhir/R4/codesystem-operation-validate-code.html
"""

from akson.api.interaction import Answer, Call
from akson.api.operation import HL7, Operation, Place
from akson.api.terminologies import Question, answer
from akson.fhir.problem import Problem, ProblemKind
from akson.terminology import describing
from akson.terminology.checking import Asked, check_in_set, check_in_system
from akson.terminology.concepts import Json
from akson.terminology.library import Resources

_ON = ("CodeSystem", "ValueSet")


async def run(call: Call) -> Answer:
    return await answer(call, _in_system if call.type == "CodeSystem" else _in_set)


def _in_set(question: Question) -> Json:
    value_set = question.value_set()
    asked, concept = _asked(question, question.text("system"), question.text("systemVersion"))
    return check_in_set(value_set, asked, question.library, question.wishes, concept)


def _in_system(question: Question) -> Json:
    library, brought = question.library, question.resource("codeSystem")
    # The operation names the system `url`; callers write `system`, which is what it is called everywhere else.
    url, version = question.text("url") or question.text("system"), question.text("version")
    if brought:
        library, url = library.with_shelf(Resources([brought])), str(brought.get("url", ""))
    asked, concept = _asked(question, url, version)
    named = url or next((str(a.coding["system"]) for a in asked if a.coding.get("system")), "")
    if not named:
        raise _nothing("Give url, or a coding with a system.")
    system = describing.known_system(library, named, version)
    question.library.missing.update(library.missing)
    return check_in_system(system, asked, library, question.wishes, concept)


def _asked(question: Question, system: str, version: str) -> tuple[list[Asked], Json | None]:
    """The codings, and the CodeableConcept when they are of one. Raises Problem AKS-API-061."""
    if concept := question.resource("codeableConcept"):
        codings = [c for c in concept.get("coding") or () if isinstance(c, dict)]
        return [
            Asked(c, f"CodeableConcept.coding[{n}]", of_many=True) for n, c in enumerate(codings)
        ], concept
    if coding := question.resource("coding"):
        return [Asked(coding, "Coding")], None
    if code := question.text("code"):
        said = {"system": system, "version": version, "code": code, "display": question.text("display")}
        return [Asked({name: value for name, value in said.items() if value}, "")], None
    raise _nothing("Give code, coding or codeableConcept.")


def _nothing(now: str) -> Problem:
    return Problem(
        ProblemKind.INVALID, "AKS-API-061", "There is no code to validate.", now=now, code="required"
    )


OPERATION = Operation(
    "validate-code",
    f"{HL7}/ValueSet-validate-code",
    (
        Place("GET", "type", _ON),
        Place("POST", "type", _ON),
        Place("GET", "type/id", _ON),
        Place("POST", "type/id", _ON),
    ),
    run,
)
