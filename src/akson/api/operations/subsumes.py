"""$subsumes: which of two codes is above the other. https://hl7.org/fhir/R4/codesystem-operation-subsumes.html"""

from akson.api.interaction import Answer, Call
from akson.api.operation import HL7, Operation, Place
from akson.api.terminologies import Question, answer
from akson.fhir.problem import Problem, ProblemKind
from akson.terminology import subsuming
from akson.terminology.concepts import Json
from akson.terminology.describing import known_system
from akson.terminology.library import Resources

_ON = ("CodeSystem",)


async def run(call: Call) -> Answer:
    return await answer(call, _compared)


def _compared(question: Question) -> Json:
    a, b = question.resource("codingA") or {}, question.resource("codingB") or {}
    one, other = question.text("codeA") or a.get("code"), question.text("codeB") or b.get("code")
    url = question.text("system") or str(a.get("system", ""))
    brought = question.resource("codeSystem")
    if not one or not other or not (url or brought) or (a and b and a.get("system") != b.get("system")):
        raise Problem(
            ProblemKind.INVALID,
            "AKS-API-063",
            "$subsumes needs two codes of one system.",
            now="Give codeA, codeB and system, or codingA and codingB.",
            code="required",
        )
    version = question.text("version") or str(a.get("version", ""))
    library = question.library.with_shelf(Resources([brought])) if brought else question.library
    system = known_system(library, str(brought.get("url", "")) if brought else url, version)
    found = subsuming.outcome(system, str(one), str(other))
    return {"resourceType": "Parameters", "parameter": [{"name": "outcome", "valueCode": found}]}


OPERATION = Operation(
    "subsumes",
    f"{HL7}/CodeSystem-subsumes",
    (
        Place("GET", "type", _ON),
        Place("POST", "type", _ON),
        Place("GET", "type/id", _ON),
        Place("POST", "type/id", _ON),
    ),
    run,
)
