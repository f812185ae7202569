"""search-type inside a compartment, `Patient/astrid/Observation` or `Patient/astrid/*`, by GET.

Spec: https://hl7.org/fhir/R4/http.html#search
"""

from akson.api import searches
from akson.api.interaction import Answer, Call, Interaction


async def run(call: Call) -> Answer:
    return await searches.of_compartment(call, call.query)


INTERACTION = Interaction("search-compartment", "GET", "type/id/member", run, level="")
