"""$summary: the International Patient Summary of one patient, as far as the reader may see.

    GET, POST Patient/[id]/$summary                       by her id here
    GET, POST Patient/$summary?identifier=system|value    by what she is known by elsewhere

Spec: HL7 IPS 2.0, OperationDefinition summary. What a summary holds: `akson.sharing.summary`.
"""

from akson.api.interaction import Answer, Call
from akson.api.operation import Operation, Place, parameters, text
from akson.fhir.codec import json
from akson.fhir.problem import Problem, ProblemKind
from akson.fhir.search.parsing import parse
from akson.sharing.summary.codes import BUNDLE, COMPOSITION
from akson.sharing.summary.codes import OPERATION as DEFINITION
from akson.sharing.summary.document import Maker
from akson.sharing.summary.making import summary_of

PROFILES = (COMPOSITION, BUNDLE)


async def run(call: Call) -> Answer:
    given = parameters(call)
    _refuse_others(text(given, "profile"))
    patient = call.id or await _identified(call, text(given, "identifier"))
    maker = call.summaries or Maker("Akson", "")
    return Answer(200, json.encode(await summary_of(call.session, patient, maker)))


PLACES = tuple(
    Place(method, shape, ("Patient",)) for shape in ("type/id", "type") for method in ("GET", "POST")
)


def _refuse_others(profile: str | None) -> None:
    address, _, version = (profile or COMPOSITION).partition("|")
    if address not in PROFILES or (version and not version.startswith(("1.1", "2."))):
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-API-062",
            "The summary is not made in this profile.",
            now=f"Ask for {COMPOSITION}, 1.1 or 2.0, or leave profile out.",
            code="not-supported",
        )


async def _identified(call: Call, identifier: str | None) -> str:
    """Whom it names, if the reader may see her; hidden, unknown and two people give the same."""
    if not identifier:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-API-061",
            "The question does not say whose summary it asks for.",
            now="Ask Patient/[id]/$summary, or give identifier=system|value.",
            code="required",
        )
    found = await call.session.search(parse("Patient", [("identifier", identifier), ("_count", "2")]))
    if len(found.matches) != 1:
        raise Problem(
            ProblemKind.NOT_FOUND, "AKS-API-404", "There is no such patient here.", code="not-found"
        )
    return found.matches[0].id


OPERATION = Operation("summary", DEFINITION, PLACES, run)
