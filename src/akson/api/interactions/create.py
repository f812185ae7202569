"""create, also conditional: https://hl7.org/fhir/R4/http.html#create, #ccreate"""

from akson.api import written
from akson.api.interaction import Answer, Call, Interaction
from akson.record.values import Change


async def run(call: Call) -> Answer:
    change = Change(
        "POST", call.type, body=call.body, if_none_exist=call.headers.get("if-none-exist") or None
    )
    return written.answer(call, (await call.session.commit([change]))[0])


INTERACTION = Interaction("create", "POST", "type", run)
