"""search-system by GET, over the types named in `_type`: https://hl7.org/fhir/R4/http.html#search"""

from akson.api import searches
from akson.api.interaction import Answer, Call, Interaction


async def run(call: Call) -> Answer:
    return await searches.of_system(call, call.query)


INTERACTION = Interaction("search-system", "GET", "", run, level="system")
