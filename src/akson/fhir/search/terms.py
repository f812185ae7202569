"""One search parameter with its modifier and values to a Term.

Spec: https://hl7.org/fhir/R4/search.html#modifiers. Chains are chains.py's, `_filter` is filters.py's; what a value of
a type looks like is values/<type>.py's.
"""

from collections.abc import Mapping

from akson.fhir.definitions import SearchParameter, load
from akson.fhir.search import chains
from akson.fhir.search.chains import CHAIN_DEPTH_MAX as CHAIN_DEPTH_MAX
from akson.fhir.search.escapes import split, unescape
from akson.fhir.search.filters import read_filter
from akson.fhir.search.query import (
    CompositeValue,
    MissingValue,
    ReferenceValue,
    StringValue,
    Term,
    TokenValue,
    Value,
)
from akson.fhir.search.refusals import no_modifier, not_offered, too_many, unknown_parameter, unknown_words
from akson.fhir.search.results import RESULT_PARAMETERS
from akson.fhir.search.values import PARAMETER_TYPES
from akson.fhir.search.values.protocol import bad_value
from akson.fhir.search.values.reference import IDENTIFIER
from akson.fhir.search.values.token import OF_TYPE
from akson.fhir.search.words import CORE, Codes, Words

VALUES_MAX = 500
"""Values of one parameter, joined by commas."""
EXPANSION_MAX = 10_000
"""Codes that `:in` or `:below` may stand for."""

FULL_TEXT = ("_text", "_content")
EVERYWHERE: Mapping[str, str] = {
    "_id": "token",
    "_lastUpdated": "date",
    **dict.fromkeys(("_text", "_content"), "string"),
    **dict.fromkeys(("_filter", "_has", "_list", "_type"), "special"),
    **dict.fromkeys(sorted(RESULT_PARAMETERS), "special"),
}
"""What may stand beside the parameters of any type, with the type it is declared as."""
_FOR_EVERY_TYPE = ("_filter", "_has", "_list", "_text", "_content")
_WORDS = ("in", "not-in", "above", "below")
_REFUSED = {
    "_query": "Named queries are not offered.",
    "_contained": "Contained resources are not searched on their own.",
    "_containedType": "Contained resources are not searched on their own.",
    "_score": "Results are not scored.",
}


def offered(type: str) -> dict[str, SearchParameter]:
    """The type's own parameters that can be asked for; those of EVERYWHERE besides."""
    return {
        code: p
        for code, p in load().search_parameters(type).items()
        if (p.type in PARAMETER_TYPES or p.type == "composite") and (p.expression or p.components)
    }


def modifiers(kind: str) -> list[str]:
    """What may stand behind a parameter of this kind."""
    known = PARAMETER_TYPES.get(kind)
    return ["missing", *(known.MODIFIERS if known else ()), *(["[type]"] if kind == "reference" else [])]


class TermReader:
    def __init__(self, base: str = "", words: Words = CORE) -> None:
        self.base = base.rstrip("/") + "/" if base else ""
        self._words = words

    def read(self, type: str, name: str, text: str, *, depth: int) -> Term:
        """`depth`: how many references may still be followed."""
        if name.startswith("_has:"):
            return chains.reverse_chain(self.read, type, name, text, depth=depth)
        link, dot, rest = name.partition(".")
        if dot:
            return chains.chain(self.read, type, link, rest, text, depth=depth)
        code, colon, modifier = name.partition(":")
        if colon and not modifier:
            raise no_modifier(code, "", [])
        own = self._own(type, code, modifier, text, depth)
        if own is not None:
            return own
        parameter = load().search_parameters(type).get(code)
        if parameter is None:
            raise unknown_parameter(type, code, list(offered(type)))
        if parameter.type not in (*PARAMETER_TYPES, "composite") or not parameter.expression:
            raise not_offered(f"The search parameter {code!r} is not offered here.")
        return self._plain(parameter, modifier, text)

    def _own(self, type: str, code: str, modifier: str, text: str, depth: int) -> Term | None:
        """What every resource has outside its own elements: id, time of change, text as a whole, lists."""
        if code in _REFUSED:
            raise not_offered(f"{code} is not offered.", _REFUSED[code])
        if code not in ("_id", "_lastUpdated", *_FOR_EVERY_TYPE):
            return None
        if modifier:
            raise no_modifier(code, modifier, [])
        if code == "_filter":
            return read_filter(text, type, self.read, depth=depth)
        parts = self._values(code, text)
        if code == "_lastUpdated":
            read = PARAMETER_TYPES["date"].parse
            return Term(code, "lastUpdated", None, tuple(read(code, part) for part in parts))
        if not all(part.strip() for part in parts):
            raise bad_value(code, "values, joined by commas")
        if code in FULL_TEXT:
            return Term(code, "fulltext", None, tuple(StringValue(unescape(part)) for part in parts))
        ids = Term("_id", "id", None, tuple(TokenValue(None, part.removeprefix("List/")) for part in parts))
        if code == "_list":
            if any(part.startswith("$") for part in parts):
                raise not_offered("Functional lists are not offered.", "Name a List by its id.")
            return chains.in_list(ids)
        return ids

    def _values(self, code: str, text: str) -> list[str]:
        parts = split(text, ",")
        if len(parts) > VALUES_MAX:
            raise too_many(f"{code} takes at most {VALUES_MAX} values at once.")
        return parts

    def _plain(self, parameter: SearchParameter, modifier: str, text: str) -> Term:
        code, kind = parameter.code, parameter.type
        if modifier == "missing":
            if text not in ("true", "false"):
                raise bad_value(code + ":missing", "true or false")
            return Term(code, kind, "missing", (MissingValue(text == "true"),))
        if kind == "token" and modifier in _WORDS:
            return self._by_words(code, modifier, text)
        parts = self._values(code, text)
        if kind == "composite":
            if modifier:
                raise no_modifier(code, modifier, ["missing"])
            return Term(code, kind, None, tuple(self._composite(parameter, part) for part in parts))
        if kind == "reference" and (not modifier or modifier in load().resource_types):
            values = [value for part in parts for value in self._reference(parameter, modifier, part)]
            return Term(code, kind, None, tuple(values))
        read = PARAMETER_TYPES[kind]
        if modifier and modifier not in read.MODIFIERS:
            raise no_modifier(code, modifier, modifiers(kind))
        if modifier == "identifier":
            tokens = tuple(PARAMETER_TYPES["token"].parse(code, part) for part in parts)
            return Term(code + IDENTIFIER, "token", None, tokens)
        found = tuple(read.parse(code, part, modifier) for part in parts)
        if modifier == "of-type":
            return Term(code + OF_TYPE, kind, modifier, found)
        return Term(code, kind, modifier or None, found)

    def _by_words(self, code: str, modifier: str, text: str) -> Term:
        """`:in` and `:below` become the codes they stand for, so that below here nobody needs to know them."""
        pairs: dict[tuple[str | None, str], None] = {}
        for part in self._values(code, text):
            pairs |= dict.fromkeys(self._codes(code, modifier, part))
        if len(pairs) > EXPANSION_MAX:
            raise too_many(f"{code}:{modifier} stands for more than {EXPANSION_MAX} codes.")
        values = tuple(TokenValue(system, value) for system, value in pairs)
        return Term(code, "token", "not" if modifier == "not-in" else None, values)

    def _codes(self, code: str, modifier: str, text: str) -> Codes:
        if modifier in ("in", "not-in"):
            found = self._words.expand(unescape(text))
            if found is None:
                raise unknown_words(f"{code}:{modifier}", "The value set cannot be expanded here.")
            return found
        value = PARAMETER_TYPES["token"].parse(code, text)
        assert isinstance(value, TokenValue)
        if value.code is None:
            raise bad_value(f"{code}:{modifier}", "a code, or system|code")
        ask = self._words.below if modifier == "below" else self._words.above
        found = ask(value.system, value.code)
        if found is None:
            raise unknown_words(f"{code}:{modifier}", "The hierarchy of the code system is not known here.")
        return found

    def _reference(self, parameter: SearchParameter, type: str, text: str) -> list[Value]:
        """A bare id is any of the types the parameter may point to, so one value for each."""
        if self.base and text.startswith(self.base):
            text = text.removeprefix(self.base)
        value = PARAMETER_TYPES["reference"].parse(parameter.code, text)
        assert isinstance(value, ReferenceValue)
        if type and value.type not in (None, type):
            raise bad_value(parameter.code, f"a reference to {type}")
        if value.id is None or value.type is not None:
            return [value]
        types = (type,) if type else parameter.targets
        return [ReferenceValue(t, value.id) for t in types] or [value]

    def _composite(self, parameter: SearchParameter, text: str) -> CompositeValue:
        parts = split(text, "$")
        if len(parts) != len(parameter.components):
            raise bad_value(parameter.code, f"{len(parameter.components)} values joined by $")
        found = []
        for component, part in zip(parameter.components, parts, strict=True):
            typed_by = load().search_parameter_by_url(component.definition)
            assert typed_by is not None, component.definition
            found.append(PARAMETER_TYPES[typed_by.type].parse(parameter.code, part))
        return CompositeValue(tuple(found))
