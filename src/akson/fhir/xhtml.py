"""Narrative XHTML: well formed, formatting only, nothing that runs.

Spec: https://hl7.org/fhir/R4/narrative.html#xhtml. Read tag by tag in one pass; no parser is started, so there are
no entities to expand and nothing to fetch.
"""

import re
from typing import Any

_NAMESPACE = "http://www.w3.org/1999/xhtml"
_DEPTH_MAX = 100

_ELEMENTS = frozenset(
    """a abbr acronym address area b bdo big blockquote br caption center cite code col colgroup dd del dfn div dl
    dt em font h1 h2 h3 h4 h5 h6 hr i img ins kbd li map ol p pre q s samp small span strike strong sub sup table
    tbody td tfoot th thead tr tt u ul var""".split()  # noqa: SIM905 (a list of words is read as words)
)
_ATTRIBUTES = frozenset(
    """abbr accesskey align alt axis bgcolor border cellpadding cellspacing char charoff cite class clear color
    cols colspan compact coords datetime dir face frame headers height href hreflang hspace id lang longdesc name
    noshade nowrap rel rev rows rowspan rules scope shape size span src start style summary tabindex title type
    usemap valign value vspace width xml:lang xml:space xmlns""".split()  # noqa: SIM905
)
_TAG = re.compile(
    r"<(?:(?P<close>/)(?P<ended>[A-Za-z][A-Za-z0-9]*(?::[A-Za-z0-9]+)?)\s*"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]*(?::[A-Za-z0-9]+)?)"
    r"(?P<attributes>(?:\s+[A-Za-z_][\w:.-]*\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*)\s*(?P<empty>/)?)>"
)
_ATTRIBUTE = re.compile(r"([A-Za-z_][\w:.-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
# XML's own five only: HTML's (&nbsp;) are unknown to an XML parser, says the specification.
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});")
_ACTIVE = re.compile(r"\s*(?:javascript|vbscript|data(?!:image/))\s*:", re.IGNORECASE)
_SPACES = re.compile(r"[\s\x00-\x20]+")


def xhtml(value: Any, _scope: object = None) -> str | None:
    """None, or what is wrong. The empty string is left to the cardinality of Narrative (txt-2)."""
    if type(value) is not str:
        return "must be a string of XHTML"
    return _read(value.strip()) if value else None


def _read(text: str) -> str | None:
    open_tags: list[str] = []
    at = 0
    while at < len(text):
        next_tag = text.find("<", at)
        end = len(text) if next_tag < 0 else next_tag
        problem = _text(text, at, end, inside=bool(open_tags))
        if problem or next_tag < 0:
            return problem or "must be closed by </div>" if open_tags or problem else None
        if text.startswith("<!--", next_tag):
            close = text.find("-->", next_tag + 4)
            if close < 0:
                return "must close its comments"
            at = close + 3
            continue
        tag = _TAG.match(text, next_tag)
        if tag is None:
            return "must be well-formed XHTML with quoted attributes, without instructions or CDATA"
        problem = _closed(tag, open_tags) if tag["close"] else _opened(tag, open_tags)
        if problem:
            return problem
        at = tag.end()
        if not open_tags and at < len(text):
            return "must be one div element and nothing after it"
    return "must close every element" if open_tags else None


def _text(text: str, start: int, end: int, *, inside: bool) -> str | None:
    if start == end:
        return None
    if not inside:
        return "must be one div element, without text around it"
    at = text.find("&", start, end)
    while at >= 0:
        if not _ENTITY.match(text, at, end):
            return "must write the sign & as &amp; and know no entities but those of XML"
        at = text.find("&", at + 1, end)
    return None


def _closed(tag: re.Match[str], open_tags: list[str]) -> str | None:
    if not open_tags or open_tags.pop() != tag["ended"]:
        return "must close its elements in order"
    return None


def _opened(tag: re.Match[str], open_tags: list[str]) -> str | None:
    written = tag["name"]
    prefix, _, name = written.rpartition(":")
    if not open_tags and name != "div":
        return "must begin with <div>"
    if name not in _ELEMENTS:
        return f"must not hold the element {name[:20]!r}: formatting only"
    if tag["attributes"]:
        problem = _attributes(tag["attributes"])
        if problem:
            return problem
    if not open_tags and not _declares(tag["attributes"], prefix):
        return f'must say xmlns="{_NAMESPACE}" at its div'
    # A prefix is a manner of writing (`<xhtml:div xmlns:xhtml="…">`), and all of the narrative keeps to one.
    if open_tags and prefix != open_tags[0].rpartition(":")[0]:
        return "must write all its elements in the namespace of its div"
    if len(open_tags) >= _DEPTH_MAX:
        return f"must not be nested deeper than {_DEPTH_MAX}"
    if not tag["empty"]:
        open_tags.append(written)
    return None


def _declares(attributes: str, prefix: str) -> bool:
    wanted = f"xmlns:{prefix}" if prefix else "xmlns"
    return any(
        name == wanted and (double or single) == _NAMESPACE
        for name, double, single in _ATTRIBUTE.findall(attributes)
    )


def _attributes(text: str) -> str | None:
    seen: set[str] = set()
    for name, double, single in _ATTRIBUTE.findall(text):
        if name not in _ATTRIBUTES and not name.startswith("xmlns:"):
            return f"must not hold the attribute {name[:20]!r}: nothing that runs"
        if name in seen:
            return f"must not repeat the attribute {name[:20]!r}"
        seen.add(name)
        if name in ("href", "src", "cite", "longdesc") and _runs(double or single):
            return f"must not run anything from {name}"
    return None


def _runs(target: str) -> bool:
    """Signs written by number, and spaces inside the scheme, are what attackers hide a scheme with."""
    plain = re.sub(r"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));?", _character, target)
    plain = re.sub(r"&(?:Tab|NewLine|colon);", lambda m: ":" if m[0] == "&colon;" else "", plain)
    return bool(_ACTIVE.match(_SPACES.sub("", plain)))


def _character(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    return chr(number) if number < 0x110000 else ""
