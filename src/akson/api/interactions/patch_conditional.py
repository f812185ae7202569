"""Conditional patch: https://hl7.org/fhir/R4/http.html#patch"""

from akson.api import patching, written
from akson.api.interaction import Answer, Call, Interaction
from akson.api.reading import criteria, version_asked


async def run(call: Call) -> Answer:
    if_match = version_asked(call.headers.get("if-match"), "If-Match")
    document = await call.aside(len(call.body), lambda: patching.read_document(call.body))
    done = await patching.apply(call, document, criteria=criteria(call.query), if_match=if_match)
    return written.answer(call, done)


INTERACTION = Interaction("patch", "PATCH", "type", run)
