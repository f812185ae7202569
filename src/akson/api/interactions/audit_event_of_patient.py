"""A patient's access log as part of her compartment, `Patient/astrid/AuditEvent`: docs/adr/0106"""

from akson.api import access_events
from akson.api.interaction import Answer, Call, Interaction


async def run(call: Call) -> Answer:
    return await access_events.search(call, call.query, patient=call.id)


INTERACTION = Interaction("search-compartment", "GET", "Patient/id/AuditEvent", run, level="")
