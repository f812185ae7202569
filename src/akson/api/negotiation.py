"""Which format comes in and which goes out. Spec: https://hl7.org/fhir/R4/http.html#mime-type

JSON alone for now: the one table below is where the next format is added.
"""

from collections.abc import Mapping

from akson.api.interaction import Pairs
from akson.api.statuses import unsupported

JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"

# What callers write for a format: in `_format`, Accept and Content-Type.
_NAMES = {
    JSON: JSON,
    "application/json": JSON,
    "text/json": JSON,
    "json": JSON,
    "application/fhir+json;fhirversion=4.0": JSON,
}
_ANY = frozenset({"*/*", "application/*", "text/*", "text/html", "application/xhtml+xml"})
"""A browser that asks for a page is shown JSON."""


def check_answerable(query: Pairs, headers: Mapping[str, str]) -> None:
    """Raises UNSUPPORTED AKS-API-406 when the caller takes nothing that is written here. `_format` goes before Accept."""
    wanted = next((value for name, value in query if name == "_format"), None)
    if wanted is not None:
        # An unescaped + of `application/fhir+json` arrives as a space.
        ranges = [_plain(wanted.replace(" ", "+"))]
    else:
        ranges = [
            _plain(part)
            for part in headers.get("accept", "").split(",")
            if part.strip() and not _refused(part)
        ]
        if not ranges and not headers.get("accept", "").strip():
            return
    if not any(found in _NAMES or found in _ANY for found in ranges):
        raise unsupported(406, "The answer cannot be given in the format asked for.", f"Accept {JSON}.")


def check_readable(headers: Mapping[str, str], *, form: bool) -> None:
    """Raises UNSUPPORTED AKS-API-415. `form`: a search form is expected instead of a resource."""
    given = headers.get("content-type", "")
    kind, _, parameters = given.partition(";")
    name = kind.strip().lower()
    if form:
        if name != FORM:
            raise unsupported(415, "A search by POST is a form.", f"Send Content-Type: {FORM}.")
        return
    if name not in _NAMES:
        raise unsupported(415, "The content is in a format that is not read here.", f"Send {JSON}.")
    charset = parameters.replace(" ", "").lower().partition("charset=")[2].split(";")[0].strip('"')
    if charset not in ("", "utf-8", "utf8"):
        raise unsupported(415, "The content is in a character set that is not read here.", "Send UTF-8.")


def _plain(range: str) -> str:
    return range.partition(";")[0].strip().lower()


def _refused(range: str) -> bool:
    quality = range.replace(" ", "").lower().partition(";q=")[2].split(";")[0]
    return quality.replace(".", "").replace("0", "") == "" and quality != ""
