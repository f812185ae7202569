"""Texts without the characters that XML 1.0 has no way to write. Spec: https://www.w3.org/TR/xml/#charsets."""

import re
from collections.abc import Mapping
from typing import Any

from akson.exchange.schema.declare import Coded

_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(value: Any) -> Any:
    """The value as it can be written, all that is within it too."""
    if isinstance(value, str):
        return _UNWRITABLE.sub("", value)
    if isinstance(value, Coded):
        return Coded(*(_UNWRITABLE.sub("", part) for part in (value.v, value.dn, value.s, value.ot)))
    if isinstance(value, tuple):
        return tuple(map(writable, value))
    if isinstance(value, Mapping):
        return {name: writable(one) for name, one in value.items()}
    return value
