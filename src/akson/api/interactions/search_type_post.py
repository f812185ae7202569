"""search-type by POST with a form: https://hl7.org/fhir/R4/http.html#search"""

from urllib.parse import parse_qsl

from akson.api import searches
from akson.api.interaction import Answer, Call, Interaction
from akson.fhir.problem import Problem, ProblemKind


async def run(call: Call) -> Answer:
    try:
        form = parse_qsl(call.body.decode(), keep_blank_values=True, max_num_fields=200)
    except ValueError as unreadable:
        raise Problem(
            ProblemKind.MALFORMED, "AKS-API-032", "The search form is not readable."
        ) from unreadable
    return await searches.answer(call, [*call.query, *form])


INTERACTION = Interaction("search-type", "POST", "type/_search", run)
