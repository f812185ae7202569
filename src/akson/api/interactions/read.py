"""read, also conditional and as of an earlier time: https://hl7.org/fhir/R4/http.html#read, #cread; docs/as-of.md"""

from datetime import datetime

from akson.api.interaction import Answer, Call, Interaction, version_headers
from akson.api.reading import AS_OF, period, unchanged


async def run(call: Call) -> Answer:
    then = period(call.query, AS_OF)
    if then is None:
        found = await call.session.read(call.type, call.id)
    else:
        # A day or a month means as it was known at its end.
        found = await call.session.read_as_of(call.type, call.id, then[1] - datetime.resolution)
    headers = version_headers(found)
    if unchanged(call.headers, found):
        return Answer(304, b"", headers)
    return Answer(200, found.body or b"", headers)


INTERACTION = Interaction("read", "GET", "type/id", run)
