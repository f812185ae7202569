"""search-type by GET: https://hl7.org/fhir/R4/http.html#search"""

from akson.api import searches
from akson.api.interaction import Answer, Call, Interaction


async def run(call: Call) -> Answer:
    return await searches.of_type(call, call.query)


INTERACTION = Interaction("search-type", "GET", "type", run)
