"""vread: https://hl7.org/fhir/R4/http.html#vread"""

from akson.api.interaction import Answer, Call, Interaction, version_headers
from akson.record.guard import not_found

VERSION_DIGITS_MAX = 9


async def run(call: Call) -> Answer:
    if not call.version.isdecimal() or len(call.version) > VERSION_DIGITS_MAX:
        raise not_found()
    found = await call.session.vread(call.type, call.id, int(call.version))
    return Answer(200, found.body or b"", version_headers(found))


INTERACTION = Interaction("vread", "GET", "type/id/_history/version", run)
