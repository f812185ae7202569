"""Which format comes in and which goes out. Spec: https://hl7.org/fhir/R4/http.html#mime-type

Inside, everything is JSON: XML is turned at this edge, both ways. The table below is where a format is added.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from akson.api.interaction import Pairs
from akson.api.statuses import unsupported
from akson.fhir.codec import json, xml

ACCEPT_REMEMBERED_MAX = 200
"""Characters of an Accept header of which the answer is kept."""


class Format(StrEnum):
    """Each with its own name on the wire."""

    JSON = "application/fhir+json"
    XML = "application/fhir+xml"
    FORM = "application/x-www-form-urlencoded"
    JSON_PATCH = "application/json-patch+json"


# What callers write for a format of resources: in `_format`, Accept and Content-Type.
_NAMES = {
    Format.JSON.value: Format.JSON,
    "application/json": Format.JSON,
    "text/json": Format.JSON,
    "json": Format.JSON,
    Format.XML.value: Format.XML,
    "application/xml": Format.XML,
    "text/xml": Format.XML,
    "xml": Format.XML,
}
_ANY = frozenset({"*/*", "application/*", "text/*", "text/html", "application/xhtml+xml"})
"""A browser that asks for a page is shown JSON."""


def answer_format(query: Pairs, headers: Mapping[str, str]) -> Format:
    """What the caller wants most of what is written here; `_format` goes before Accept. Raises UNSUPPORTED AKS-API-406."""
    asked = next((value for name, value in query if name == "_format"), None)
    if asked is None:
        accept = headers.get("accept", "")
        return _accepted(accept) if len(accept) <= ACCEPT_REMEMBERED_MAX else _best(_ranges(accept))
    # An unescaped + of `application/fhir+json` arrives as a space.
    return _best([(asked.replace(" ", "+"), 1.0)])


@lru_cache(maxsize=100)
def _accepted(accept: str) -> Format:
    """Every client says the same each time."""
    return _best(_ranges(accept))


def _best(ranges: list[tuple[str, float]]) -> Format:
    if not ranges:
        return Format.JSON
    for name, quality in sorted(ranges, key=lambda found: -found[1]):
        plain = name.partition(";")[0].strip().lower()
        if quality > 0 and (found := Format.JSON if plain in _ANY else _NAMES.get(plain)):
            return found
    raise unsupported(
        406, "The answer cannot be given in the format asked for.", f"Accept {Format.JSON} or {Format.XML}."
    )


def body_format(headers: Mapping[str, str], *, form: bool, patch: bool) -> Format:
    """What the content says it is. Raises UNSUPPORTED AKS-API-415. `form`: a search form is expected."""
    kind, _, parameters = headers.get("content-type", "").partition(";")
    name = kind.strip().lower()
    if form:
        if name != Format.FORM:
            raise unsupported(415, "A search by POST is a form.", f"Send Content-Type: {Format.FORM}.")
        return Format.FORM
    found = Format.JSON_PATCH if patch and name == Format.JSON_PATCH else _NAMES.get(name)
    if found is None:
        more = f" or {Format.JSON_PATCH}" if patch else ""
        raise unsupported(
            415,
            "The content is in a format that is not read here.",
            f"Send {Format.JSON}, {Format.XML}{more}.",
        )
    charset = parameters.replace(" ", "").lower().partition("charset=")[2].split(";")[0].strip('"')
    if charset not in ("", "utf-8", "utf8"):
        raise unsupported(415, "The content is in a character set that is not read here.", "Send UTF-8.")
    return found


def inward(format: Format, body: bytes) -> bytes:
    """The content as JSON. Raises the Problems of the XML codec."""
    return json.encode(xml.parse(body)) if format is Format.XML and body else body


def outward(format: Format, body: bytes) -> bytes:
    """JSON as the caller wants it."""
    return xml.encode(json.parse(body)) if format is Format.XML and body else body


def _ranges(accept: str) -> list[tuple[str, float]]:
    """`application/xml;q=0.5, */*;q=0.1` -> [("application/xml", 0.5), ("*/*", 0.1)]; what is odd counts as 1."""
    found = []
    for part in accept.split(","):
        if part.strip():
            quality = part.replace(" ", "").lower().partition(";q=")[2].split(";")[0]
            found.append((part, _number(quality)))
    return found


def _number(text: str) -> float:
    try:
        return max(0.0, min(1.0, float(text)))
    except ValueError:
        return 1.0
