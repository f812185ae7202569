"""update, also as create: https://hl7.org/fhir/R4/http.html#update, #upsert"""

from akson.api import written
from akson.api.interaction import Answer, Call, Interaction
from akson.api.reading import version_asked
from akson.record.values import Change


async def run(call: Call) -> Answer:
    if_match = version_asked(call.headers.get("if-match"), "If-Match")
    change = Change("PUT", call.type, id=call.id, body=call.body, if_match=if_match)
    return written.answer(call, (await call.session.commit([change]))[0])


INTERACTION = Interaction("update", "PUT", "type/id", run)
