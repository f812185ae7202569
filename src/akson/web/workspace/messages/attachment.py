"""One file of a message, handed to the browser so that nothing in it can run (ADR 0154).

Opening it reads the message: the same decision, and a line of its own in the patient's log. The content security policy
puts it in a sandbox without script, forms or requests; `nosniff` (shell.headers) keeps its type what we say it is.
"""

from urllib.parse import quote

from starlette.responses import Response

from akson.care.contacts.files import File, files
from akson.care.fhir_json import reference
from akson.fhir.problem import Problem, ProblemKind
from akson.web.shell.house import Visit
from akson.web.shell.reading import resource

SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""The browser's own page around a picture styles itself inline; nothing of ours and nothing of the sender's does."""


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
    return _answer(found)


def _answer(file: File) -> Response:
    body, type = file.data, file.media_type
    if type == "text/plain":
        body, type = _as_utf8(file.data), "text/plain; charset=utf-8"
    kept = "inline" if file.shown else "attachment"
    disposition = f"{kept}; filename*=UTF-8''{quote(file.name, safe='')}"
    return Response(
        body,
        headers={
            "content-type": type,
            "content-disposition": disposition,
            "content-security-policy": SANDBOX,
        },
    )


def _as_utf8(data: bytes) -> bytes:
    """Senders write ISO-8859-1 too, and a browser cannot be told which."""
    try:
        return data.decode("utf-8-sig").encode()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace").encode()
