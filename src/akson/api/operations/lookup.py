"""$lookup: what a code system says of a code. https://hl7.org/fhir/R4/codesystem-operation-lookup.html"""

from akson.api.interaction import Answer, Call
from akson.api.operation import HL7, Operation, Place
from akson.api.terminologies import Question, answer
from akson.fhir.problem import Problem, ProblemKind
from akson.terminology.concepts import Json
from akson.terminology.describing import describe


async def run(call: Call) -> Answer:
    return await answer(call, _described)


def _described(question: Question) -> Json:
    coding = question.resource("coding") or {}
    system = question.text("system") or str(coding.get("system", ""))
    code = question.text("code") or str(coding.get("code", ""))
    if not system or not code:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-API-062",
            "$lookup needs a code and its system.",
            now="Give system and code, or coding.",
            code="required",
        )
    version = question.text("version") or str(coding.get("version", ""))
    return describe(system, version, code, question.library, question.wishes)


OPERATION = Operation(
    "lookup",
    f"{HL7}/CodeSystem-lookup",
    (Place("GET", "type", ("CodeSystem",)), Place("POST", "type", ("CodeSystem",))),
    run,
)
