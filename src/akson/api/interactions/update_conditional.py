"""Conditional update: https://hl7.org/fhir/R4/http.html#cond-update"""

from akson.api import written
from akson.api.interaction import Answer, Call, Interaction
from akson.api.reading import criteria, version_asked
from akson.fhir.problem import Problem, ProblemKind
from akson.record.values import Change


async def run(call: Call) -> Answer:
    condition = criteria(call.query)
    if not condition:
        raise Problem(
            ProblemKind.MALFORMED,
            "AKS-API-030",
            f"An update of {call.type} needs an id or a condition.",
            now=f"PUT {call.type}/[id], or PUT {call.type}?identifier=…",
        )
    if_match = version_asked(call.headers.get("if-match"), "If-Match")
    change = Change("PUT", call.type, body=call.body, criteria=condition, if_match=if_match)
    return written.answer(call, (await call.session.commit([change]))[0])


INTERACTION = Interaction("update", "PUT", "type", run)
