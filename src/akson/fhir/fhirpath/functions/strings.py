"""Functions on texts. Spec: https://hl7.org/fhirpath/N1/#string-manipulation, https://hl7.org/fhirpath/#additional-string-functions

Patterns run in our own engine (akson.fhir.fhirpath.patterns), whose time grows with the text alone.
"""

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from akson.fhir.fhirpath import patterns
from akson.fhir.fhirpath.comparison import kind
from akson.fhir.fhirpath.functions.building import Build, Compile, answer, expect, on_value
from akson.fhir.fhirpath.item import (
    Collection,
    Context,
    Evaluate,
    Item,
    execution_problem,
    made,
    single,
    system_item,
)
from akson.fhir.fhirpath.syntax import Expression

_JSON_ESCAPE = re.compile(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
TEXT_MAX = 1_048_576
"""Characters of a text that a function may make."""


def _text(item: Item) -> str:
    if type(item.value) is not str:
        raise execution_problem("A text was expected.", "It was something else.")
    return item.value


def _on_texts(function: Callable[..., Any], arguments: int = 0) -> Build:
    """On one text, with arguments that are texts."""
    return on_value(
        lambda item, *given: function(_text(item), *map(_text, given)), low=arguments, high=arguments
    )


def _substring(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 1, 2)
    start, *length = [compile(argument) for argument in arguments]

    def evaluate(focus: Collection, context: Context) -> Collection:
        item = single(target(focus, context))
        at = single(start(context.this, context))
        if item is None or at is None:
            return []
        text, first = _text(item), _index(at)
        if not 0 <= first < len(text):
            return []
        most = single(length[0](context.this, context)) if length else None
        if most is not None:
            return [system_item(text[first : first + max(0, _index(most))])]
        return [system_item(text[first:])]

    return evaluate


def _index(item: Item) -> int:
    if type(item.value) is not int:
        raise execution_problem("A whole number was expected.")
    return item.value


def _replace(text: str, pattern: str, by: str) -> str:
    if len(by) * (text.count(pattern) + 1) > TEXT_MAX:
        raise execution_problem("The replaced text would be too long.", f"At most {TEXT_MAX} characters.")
    return text.replace(pattern, by)


def _matches(whole: bool) -> Build:
    def run(item: Item, pattern: Item, *flags: Item) -> bool:
        text, given = _text(item), _text(flags[0]) if flags else ""
        compiled = patterns.compile(_text(pattern), given)
        return compiled.matches_whole(text) if whole else compiled.found_in(text)

    return on_value(run, 1, 2)


def _replace_matches(item: Item, pattern: Item, by: Item, *flags: Item) -> str:
    if not pattern.value:
        return _text(item)
    compiled = patterns.compile(_text(pattern), _text(flags[0]) if flags else "")
    return compiled.replaced(_text(item), _text(by), TEXT_MAX)


def _encode(text: str, format: str) -> str:
    data = text.encode()
    if format == "hex":
        return data.hex()
    if format == "base64":
        return base64.b64encode(data).decode()
    if format == "urlbase64":
        return base64.urlsafe_b64encode(data).decode()
    raise execution_problem("A text is encoded as hex, base64 or urlbase64.")


def _decode(text: str, format: str) -> str:
    try:
        if format == "hex":
            return bytes.fromhex(text).decode()
        if format == "base64":
            return base64.b64decode(text, validate=True).decode()
        if format == "urlbase64":
            return base64.urlsafe_b64decode(text).decode()
    except (ValueError, binascii.Error):
        raise execution_problem("The text cannot be decoded.") from None
    raise execution_problem("A text is decoded from hex, base64 or urlbase64.")


def _escape(text: str, target: str) -> str:
    if target == "html":
        return html.escape(text, quote=True).replace("&#x27;", "&#39;")
    if target == "json":
        return json.dumps(text, ensure_ascii=False)[1:-1]
    raise execution_problem("A text is escaped for html or json.")


def _unescape(text: str, target: str) -> str:
    if target == "html":
        return html.unescape(text)
    if target == "json":
        return _JSON_ESCAPE.sub(lambda found: json.loads(f'"{found[0]}"'), text)
    raise execution_problem("A text is unescaped from html or json.")


def _join(target: Evaluate, arguments: tuple[Expression, ...], compile: Compile) -> Evaluate:
    expect(arguments, 0, 1)
    separator = compile(arguments[0]) if arguments else None

    def evaluate(focus: Collection, context: Context) -> Collection:
        found = [item for item in target(focus, context) if item.value is not None]
        by = single(separator(context.this, context)) if separator else None
        if not found or (separator and by is None):
            return []
        if by is not None:
            _text(by)
        if any(kind(item) != "string" for item in found):
            raise execution_problem("Only texts are joined.", "Something else was there.")
        return made(answer((by.value if by else "").join(item.value for item in found)), context)

    return evaluate


FUNCTIONS: Mapping[str, Build] = {
    "contains": _on_texts(lambda text, part: part in text, 1),
    "decode": _on_texts(_decode, 1),
    "encode": _on_texts(_encode, 1),
    "endsWith": _on_texts(lambda text, part: text.endswith(part), 1),
    "escape": _on_texts(_escape, 1),
    "indexOf": _on_texts(lambda text, part: text.find(part), 1),
    "join": _join,
    "lastIndexOf": _on_texts(lambda text, part: text.rfind(part), 1),
    "length": _on_texts(len),
    "lower": _on_texts(str.lower),
    "matches": _matches(False),
    "matchesFull": _matches(True),
    "replace": _on_texts(_replace, 2),
    "replaceMatches": on_value(_replace_matches, 2, 3),
    "split": _on_texts(lambda text, by: [system_item(part) for part in text.split(by)] if by else None, 1),
    "startsWith": _on_texts(lambda text, part: text.startswith(part), 1),
    "substring": _substring,
    "toChars": _on_texts(lambda text: [system_item(sign) for sign in text]),
    "trim": _on_texts(str.strip),
    "unescape": _on_texts(_unescape, 1),
    "upper": _on_texts(str.upper),
}
