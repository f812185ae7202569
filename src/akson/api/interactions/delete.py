"""delete: https://hl7.org/fhir/R4/http.html#delete"""

from akson.api import written
from akson.api.interaction import Answer, Call, Interaction
from akson.api.reading import version_asked
from akson.record.values import Change


async def run(call: Call) -> Answer:
    if_match = version_asked(call.headers.get("if-match"), "If-Match")
    change = Change("DELETE", call.type, id=call.id, if_match=if_match)
    return written.answer(call, (await call.session.commit([change]))[0])


INTERACTION = Interaction("delete", "DELETE", "type/id", run)
