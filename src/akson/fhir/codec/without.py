"""Takes whole elements out of a resource's bytes and touches nothing else. Why, and which, is said above.

Spec: https://hl7.org/fhir/R4/json.html (a primitive has a second member with an underscore; a choice is named by its type).
"""

import re
from collections.abc import Collection

import msgspec

from akson.fhir.codec.json import encode

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_CHOICE = "[x]"


def without(body: bytes, elements: Collection[str]) -> bytes:
    """`body` lacking these top-level elements: `address`, or `deceased[x]` for a choice of whatever type. Digits, escapes
    and order of the others stay as they were written."""
    members = _members.decode(body)
    named = hidden_names(members, elements)
    if not named:
        return body
    kept = (encode(name) + b":" + bytes(value) for name, value in members.items() if name not in named)
    return b"{" + b",".join(kept) + b"}"


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
