"""One event of the access log as AuditEvent: https://hl7.org/fhir/R4/http.html#read, docs/adr/0106"""

from akson.api import access_events
from akson.api.interaction import Answer, Call, Interaction


async def run(call: Call) -> Answer:
    return await access_events.read(call)


INTERACTION = Interaction("read", "GET", "AuditEvent/id", run, level="AuditEvent")
