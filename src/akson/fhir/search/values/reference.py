"""Reference: to another resource, by type and id, or by the url as written.

Spec: https://hl7.org/fhir/R4/search.html#reference. Following the reference (chains, includes) is the store's.
`:above` and `:below` are not offered: they would follow hierarchies (Location.partOf) of any depth.
"""

import re
from typing import Any

from akson.fhir.definitions import Property, load
from akson.fhir.index_values import IndexValues
from akson.fhir.search.escapes import unescape
from akson.fhir.search.query import ReferenceValue
from akson.fhir.search.values.protocol import Writer, bad_value

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_ABSOLUTE_TYPE = re.compile(
    r"https?://.*/([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?"
)
IDENTIFIER = ":identifier"
"""`subject:identifier` is kept as a token parameter of that name."""


MODIFIERS = ("identifier",)
"""And any resource type: `subject:Patient=1`."""


def parse(param: str, text: str, modifier: str = "") -> ReferenceValue:
    """`Patient/1`, `1`, `http://…/Patient/1`, `urn:uuid:…`."""
    text = unescape(text)
    local = _LOCAL.fullmatch(text)
    if local and local[1] in load().resource_types:
        return ReferenceValue(local[1], local[2])
    if _ID.fullmatch(text):
        return ReferenceValue(None, text)
    if ":" in text:
        return ReferenceValue(None, None, text)
    raise bad_value(param, "Type/id, an id or an absolute url")


def normal(reference: str) -> str | None:
    """`Patient/1/_history/2` -> `Patient/1`; absolute urls as written; None for what is contained (`#x`)."""
    if reference.startswith("#"):
        return None
    if "/_history/" in reference:
        return reference.partition("/_history/")[0]
    return reference


def type_of(reference: Any) -> str | None:
    """The type a Reference points to, as far as the Reference itself says; nothing is fetched."""
    if type(reference) is not dict:
        return None
    if "resourceType" in reference:
        return reference["resourceType"]
    text = reference.get("reference")
    if type(text) is str:
        head, slash, _ = text.partition("/")
        if slash and ":" not in head:
            return head
        absolute = _ABSOLUTE_TYPE.fullmatch(text)
        if absolute:
            return absolute[1]
    return reference.get("type")


def writer(params: tuple[str, ...], at: Property) -> Writer | None:
    match at.type:
        case "Reference":
            return _reference(params)
        case "canonical" | "uri" | "url" | "oid" | "uuid":
            return _canonical(params)
        case "Resource":
            return _inline(params)
    return None


def _reference(params: tuple[str, ...]) -> Writer:
    def write(value: Any, out: IndexValues) -> None:
        text = value.get("reference")
        if text is not None:
            target = normal(text)
            if target is not None:
                for param in params:
                    out.references.append((param, target))
        identifier = value.get("identifier")
        if identifier is not None and "value" in identifier:
            for param in params:
                out.tokens.append((param + IDENTIFIER, identifier.get("system"), identifier["value"]))

    return write


def _canonical(params: tuple[str, ...]) -> Writer:
    """With and without its version, so that either way of asking finds it."""

    def write(value: Any, out: IndexValues) -> None:
        bare = value.partition("|")[0]
        for param in params:
            out.references.append((param, value))
            if bare != value:
                out.references.append((param, bare))

    return write


def _inline(params: tuple[str, ...]) -> Writer:
    """`Bundle.entry[0].resource`: the parameter points at what stands inside."""

    def write(value: Any, out: IndexValues) -> None:
        if "id" in value:
            for param in params:
                out.references.append((param, f"{value['resourceType']}/{value['id']}"))

    return write
