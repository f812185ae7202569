"""The backslash of search values: `\\,` `\\|` `\\$` `\\\\` stand for the sign itself.

Spec: https://hl7.org/fhir/R4/search.html#escaping
"""

import re

_ESCAPED = re.compile(r"\\([\\,|$])")


def split(text: str, separator: str, limit: int = -1) -> list[str]:
    """Parts between separators that are not escaped; the parts keep their own escapes."""
    if "\\" not in text:
        return text.split(separator, limit)
    parts, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == separator and limit != 0:
            parts.append(text[start:at])
            start = at + 1
            limit -= 1
        at += 1
    parts.append(text[start:])
    return parts


def unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text
