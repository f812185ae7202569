"""History of one type: https://hl7.org/fhir/R4/http.html#history"""

from akson.api import histories
from akson.api.interaction import Answer, Call, Interaction


async def run(call: Call) -> Answer:
    return await histories.answer(call, f"{call.type}/_history")


INTERACTION = Interaction("history-type", "GET", "type/_history", run, level="type")
