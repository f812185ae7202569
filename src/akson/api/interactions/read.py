"""read: https://hl7.org/fhir/R4/http.html#read"""

from akson.api.interaction import Answer, Call, Interaction, version_headers


async def run(call: Call) -> Answer:
    found = await call.session.read(call.type, call.id)
    headers = version_headers(found)
    if call.headers.get("if-none-match") in (f'W/"{found.version}"', f'"{found.version}"', "*"):
        return Answer(304, b"", headers)
    return Answer(200, found.body or b"", headers)


INTERACTION = Interaction("read", "GET", "type/id", run)
