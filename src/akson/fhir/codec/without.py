"""Takes whole elements and security labels out of a resource and touches nothing else. Why, and which, is said above.

Spec: https://hl7.org/fhir/R4/json.html (a primitive has a second member with an underscore; a choice is named by its type).
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from akson.fhir.codec.json import encode

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_labels = msgspec.json.Decoder(list[msgspec.Raw])
_plain = msgspec.json.Decoder(dict[str, Any])
_CHOICE = "[x]"


def without(body: bytes, elements: Collection[str]) -> bytes:
    """`body` lacking these top-level elements: `address`, or `deceased[x]` for a choice of whatever type. Digits, escapes
    and order of the others stay as they were written."""
    members = _members.decode(body)
    named = hidden_names(members, elements)
    if not named:
        return body
    return _written({name: value for name, value in members.items() if name not in named})


def without_labels(body: bytes, hidden: Callable[[Mapping[str, Any]], bool]) -> bytes:
    """`body` lacking the labels of `meta.security` that are `hidden`; without any left, as if none were ever there."""
    if b'"security"' not in body:
        return body
    members = _members.decode(body)
    meta = _members.decode(members["meta"]) if "meta" in members else {}
    labels = _labels.decode(meta["security"]) if "security" in meta else []
    kept = [label for label in labels if not hidden(_plain.decode(label))]
    if len(kept) == len(labels):
        return body
    if kept:
        meta["security"] = msgspec.Raw(b"[" + b",".join(map(bytes, kept)) + b"]")
    else:
        del meta["security"]
    members["meta"] = msgspec.Raw(_written(meta))
    return _written(members)


def _written(members: Mapping[str, msgspec.Raw]) -> bytes:
    return b"{" + b",".join(encode(name) + b":" + bytes(value) for name, value in members.items()) + b"}"


def hidden_names(members: Collection[str], elements: Collection[str]) -> frozenset[str]:
    """Those of a resource's members that these elements are: `address`, `_birthDate`, `deceasedBoolean`."""
    plain = {element for element in elements if not element.endswith(_CHOICE)}
    choices = [element.removesuffix(_CHOICE) for element in elements if element.endswith(_CHOICE)]
    typed = re.compile(rf"(?:{'|'.join(map(re.escape, choices))})[A-Z]\w*") if choices else None
    return frozenset(
        name
        for name in members
        if (bare := name.removeprefix("_")) in plain or (typed is not None and typed.fullmatch(bare))
    )
