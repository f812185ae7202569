"""Search of the access log as AuditEvent by POST with a form: https://hl7.org/fhir/R4/http.html#search, docs/adr/0106"""

from akson.api import access_events
from akson.api.interaction import Answer, Call, Interaction
from akson.api.request import read_pairs


async def run(call: Call) -> Answer:
    return await access_events.search(call, [*call.query, *read_pairs(call.body)])


INTERACTION = Interaction("search-type", "POST", "AuditEvent/_search", run, level="AuditEvent")
