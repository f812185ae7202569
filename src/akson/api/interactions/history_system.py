"""History of the whole record, as far as the reader may see it: https://hl7.org/fhir/R4/http.html#history"""

from akson.api import histories
from akson.api.interaction import Answer, Call, Interaction


async def run(call: Call) -> Answer:
    return await histories.answer(call, "_history")


INTERACTION = Interaction("history-system", "GET", "_history", run, level="system")
