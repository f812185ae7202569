"""Conditional delete of at most one: https://hl7.org/fhir/R4/http.html#cdelete"""

from akson.api import written
from akson.api.interaction import Answer, Call, Interaction
from akson.api.reading import criteria
from akson.fhir.problem import Problem, ProblemKind
from akson.record.values import Change


async def run(call: Call) -> Answer:
    condition = criteria(call.query)
    if not condition:
        raise Problem(
            ProblemKind.PRECONDITION,
            "AKS-API-031",
            f"A deletion of {call.type} needs an id or a condition.",
            why="Without one it would concern every resource of the type.",
        )
    return written.answer(
        call, (await call.session.commit([Change("DELETE", call.type, criteria=condition)]))[0]
    )


INTERACTION = Interaction("delete", "DELETE", "type", run)
