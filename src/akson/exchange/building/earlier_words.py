"""What was typed in the message that is changed: found where its fields stand, so that nobody types it again.

Each field is written once with a mark in place of what is typed; what stands where the mark is, was typed.
"""

from collections.abc import Mapping
from typing import Any

from akson.exchange.building.fields import Field
from akson.exchange.building.placing import bare
from akson.exchange.schema import Coded, Formatted, Values

_MARK = "\ue000mark\ue000"
"""Of the private use area: nobody's text."""


def earlier_words(fields: tuple[Field, ...], content: Values) -> dict[str, str]:
    """Field name -> what was typed; fields that say nothing there are absent."""
    found: dict[str, str] = {}
    for field in fields:
        pattern = bare(field.write(_MARK))
        for standing in _at(bare(content), field.path.split("/")):
            said = _typed(pattern[0] if isinstance(pattern, tuple) else pattern, standing)
            if said:
                found.setdefault(field.name, said)
    return found


def _at(values: Any, steps: list[str]) -> list[Any]:
    if isinstance(values, tuple):
        return [found for one in values for found in _at(one, steps)]
    if not steps:
        return [values]
    inner = values.get(steps[0]) if isinstance(values, Mapping) else None
    return [] if inner is None else _at(inner, steps[1:])


def _typed(pattern: Any, standing: Any) -> str | None:
    """What stands at the mark; "" where nothing is marked and both say the same; None when they differ."""
    if isinstance(pattern, Mapping) and isinstance(standing, Mapping):
        found = [_typed(value, standing.get(name)) for name, value in pattern.items()]
        return None if None in found else "".join(f for f in found if f)
    if isinstance(pattern, tuple) and isinstance(standing, tuple):
        return _typed(pattern[0], standing[0]) if len(pattern) == len(standing) == 1 else None
    if isinstance(pattern, Coded) and isinstance(standing, Coded):
        if pattern.v == _MARK:
            return standing.v if pattern.s == standing.s else None
        return "" if pattern.v == standing.v and pattern.s == standing.s else None
    if isinstance(pattern, str):
        text = standing.words if isinstance(standing, Formatted) else standing
        before, marked, after = pattern.partition(_MARK)
        if not isinstance(text, str) or not (text.startswith(before) and text.endswith(after)):
            return None
        return text[len(before) : len(text) - len(after)] if marked else ("" if text == pattern else None)
    return "" if pattern == standing else None
