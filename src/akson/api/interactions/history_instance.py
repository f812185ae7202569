"""History of one resource: https://hl7.org/fhir/R4/http.html#history"""

from akson.api import histories
from akson.api.interaction import Answer, Call, Interaction


async def run(call: Call) -> Answer:
    return await histories.answer(call, f"{call.type}/{call.id}/_history")


INTERACTION = Interaction("history-instance", "GET", "type/id/_history", run, level="type")
