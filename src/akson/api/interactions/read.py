"""read, also conditional: https://hl7.org/fhir/R4/http.html#read, #cread"""

from akson.api.interaction import Answer, Call, Interaction, version_headers
from akson.api.reading import unchanged


async def run(call: Call) -> Answer:
    found = await call.session.read(call.type, call.id)
    headers = version_headers(found)
    if unchanged(call.headers, found):
        return Answer(304, b"", headers)
    return Answer(200, found.body or b"", headers)


INTERACTION = Interaction("read", "GET", "type/id", run)
