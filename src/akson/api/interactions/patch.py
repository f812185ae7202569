"""patch: https://hl7.org/fhir/R4/http.html#patch"""

from akson.api import patching, written
from akson.api.interaction import Answer, Call, Interaction
from akson.api.reading import version_asked


async def run(call: Call) -> Answer:
    if_match = version_asked(call.headers.get("if-match"), "If-Match")
    document = await call.aside(len(call.body), lambda: patching.read_document(call.body))
    return written.answer(call, await patching.apply(call, document, if_match=if_match))


INTERACTION = Interaction("patch", "PATCH", "type/id", run)
