"""One file of a message. Opening it reads the message: the same decision, and a line of its own in the patient's log."""

from starlette.responses import Response

from akson.care.contacts.files import files
from akson.care.fhir_json import reference
from akson.fhir.problem import Problem, ProblemKind
from akson.web.shell.files import handed_over
from akson.web.shell.house import Visit
from akson.web.shell.reading import resource


def not_found() -> Problem:
    return Problem(ProblemKind.NOT_FOUND, "AKS-PAGE-003", "Vedlegget finnes ikke.")


async def show(visit: Visit) -> Response:
    """Raises NOT_FOUND when message or file is missing, hidden, or another patient's."""
    given = visit.request.path_params
    message = resource(await visit.open().read("Communication", given["id"]))
    if reference(message.get("subject")) != f"Patient/{given['patient']}":
        raise not_found()
    found = next((f for f in files(message) if str(f.number) == given["number"]), None)
    if found is None:
        raise not_found()
    return handed_over(found)
