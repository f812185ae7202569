"""$shared-plan: another node brings what its people wrote in one patient's plan, and is told what is new to it.

    POST /fhir/CarePlan/$shared-plan    Parameters: version, have*, operation* (Basic)  ->  version, operation*, refused*

Whose plan it is, the attestation says, which names one patient; nothing in the request does. What the parameters mean:
`sharing/plan/exchange.py`. 404 for a patient, a plan and a part in it that is not, alike.
"""

from akson.api.interaction import Answer, Call
from akson.api.operation import Operation, Place, parameters
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.plan import exchange

DEFINITION = "https://akson.no/fhir/OperationDefinition/CarePlan-shared-plan"


async def run(call: Call) -> Answer:
    word = call.session.actor.attested
    if call.plans is None or word is None or len(word.patients) != 1:
        raise Problem(
            ProblemKind.FORBIDDEN,
            "AKS-API-060",
            "$shared-plan is for other enterprises, who vouch for one patient at a time.",
            now="Send a token with an attestation that names one patient.",
        )
    asked = exchange.read_asked(parameters(call))
    told = await call.plans.answer(call.session, word.patients[0], asked)
    return Answer(200, json.encode(exchange.written(told)))


OPERATION = Operation("shared-plan", DEFINITION, (Place("POST", "type", ("CarePlan",)),), run)
