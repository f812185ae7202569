"""Search of the access log as AuditEvent: https://hl7.org/fhir/R4/auditevent.html#search, docs/adr/0106"""

from akson.api import access_events
from akson.api.interaction import Answer, Call, Interaction


async def run(call: Call) -> Answer:
    return await access_events.search(call, call.query)


INTERACTION = Interaction(
    "search-type", "GET", "AuditEvent", run, level="AuditEvent", parameters=access_events.PARAMETERS
)
