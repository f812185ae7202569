"""search-system by POST with a form: https://hl7.org/fhir/R4/http.html#search"""

from akson.api import searches
from akson.api.interaction import Answer, Call, Interaction
from akson.api.request import read_pairs


async def run(call: Call) -> Answer:
    return await searches.of_system(call, [*call.query, *read_pairs(call.body)])


INTERACTION = Interaction("search-system", "POST", "_search", run, level="system")
