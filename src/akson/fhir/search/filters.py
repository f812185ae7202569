"""`_filter`: an expression of conditions to one Term over Terms.

    name co "ås" and not(gender eq male)
    -> and(Term("name", "string", "contains", …), not(Term("gender", "token", None, …)))

Spec: https://hl7.org/fhir/R4/search_filter.html. Offered: and, or, not, parentheses, chains with dots, and the operators
below; what the grammar has beyond that (`name[…]`, ss, sb, po, re) is refused by name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from akson.fhir.definitions import load
from akson.fhir.search.query import ChainValue, JunctionValue, Term
from akson.fhir.search.refusals import bad_filter, not_offered, too_many

DEPTH_MAX = 16
"""Parentheses inside one another."""
CONDITIONS_MAX = 50
LENGTH_MAX = 4_000

Read = Callable[..., Term]

_TOKENS = re.compile(r'\s*(?:([()])|"((?:[^"\\]|\\.)*)"|([^\s()"]+))', re.DOTALL)
_ORDERED = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_OPERATORS: Mapping[str, Mapping[str, str]] = {
    "string": {"eq": ":whole", "ne": ":whole", "co": ":contains", "sw": "", "ew": ":ends"},
    "token": {"eq": "", "ne": "", "in": ":in"},
    "reference": {"eq": "", "ne": ""},
    "uri": {"eq": "", "ne": "", "sb": ":below", "sw": ":below"},
    "date": dict.fromkeys(_ORDERED, ""),
    "number": dict.fromkeys(_ORDERED, ""),
    "quantity": dict.fromkeys(_ORDERED, ""),
}
"""Kind of parameter -> operator -> the modifier that says the same."""
_PREFIXED = ("date", "number", "quantity")
_INNER = (":whole", ":ends")
_OWN_KINDS = {"_id": "token", "_lastUpdated": "date"}
_ELSEWHERE = ("co", "ew", "in", "po", "pr", "re", "sb", "ss", "sw", *_ORDERED)


def read_filter(text: str, type: str, read: Read, *, depth: int) -> Term:
    """Raises AKS-FHIR-307 when it cannot be read, 302 when it asks for what is not offered."""
    if len(text) > LENGTH_MAX:
        raise too_many(f"A _filter has at most {LENGTH_MAX} characters.")
    parser = _Parser(_tokens(text), type, read, depth)
    term = parser.junction(0)
    if parser.at < len(parser.tokens):
        raise bad_filter("Something stands behind its end.")
    return term if term.kind == "filter" else _junction("and", [term])


def _tokens(text: str) -> list[tuple[str, bool]]:
    """(text, whether it stood in quotes)."""
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKENS.match(text, at)
        if token is None:
            raise bad_filter("A quotation mark is not closed.")
        sign, quoted, word = token.groups()
        found.append((_unquoted(quoted), True) if quoted is not None else (sign or word, False))
        at = token.end()
    return found


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) if "\\" in text else text


def _junction(operator: str, terms: list[Term]) -> Term:
    return Term("_filter", "filter", None, (JunctionValue(operator, tuple(terms)),))


class _Parser:
    """Recursive descent; `or` binds weaker than `and`."""

    def __init__(self, tokens: list[tuple[str, bool]], type: str, read: Read, depth: int) -> None:
        self.tokens = tokens
        self.at = 0
        self._type = type
        self._read = read
        self._depth = depth
        self._conditions = 0

    def _peek(self) -> str:
        token, quoted = self.tokens[self.at] if self.at < len(self.tokens) else ("", False)
        return "" if quoted else token

    def _next(self) -> tuple[str, bool]:
        if self.at >= len(self.tokens):
            raise bad_filter("It ends too early.")
        self.at += 1
        return self.tokens[self.at - 1]

    def junction(self, nested: int, operator: str = "or") -> Term:
        if nested > DEPTH_MAX:
            raise too_many(f"A _filter goes at most {DEPTH_MAX} deep.")

        def part() -> Term:
            return self.junction(nested, "and") if operator == "or" else self._one(nested)

        terms = [part()]
        while self._peek() == operator:
            self._next()
            terms.append(part())
        return terms[0] if len(terms) == 1 else _junction(operator, terms)

    def _one(self, nested: int) -> Term:
        if self._peek() == "not":
            self._next()
            if self._peek() != "(":
                raise bad_filter("`not` is followed by parentheses.")
            return _junction("not", [self._parenthesis(nested)])
        if self._peek() == "(":
            return self._parenthesis(nested)
        return self._condition()

    def _parenthesis(self, nested: int) -> Term:
        self._next()
        term = self.junction(nested + 1)
        if self._next() != (")", False):
            raise bad_filter("A parenthesis is not closed.")
        return term

    def _condition(self) -> Term:
        self._conditions += 1
        if self._conditions > CONDITIONS_MAX:
            raise too_many(f"A _filter has at most {CONDITIONS_MAX} conditions.")
        (path, _), (operator, _), (value, _) = self._next(), self._next(), self._next()
        if operator not in _ELSEWHERE:
            raise bad_filter("A condition is written: parameter operator value.")
        if "[" in path:
            raise not_offered(
                "Conditions inside a path of _filter are not offered.", "Write them one by one."
            )
        if operator == "pr":
            if value not in ("true", "false"):
                raise bad_filter("`pr` is followed by true or false.")
            return self._term(f"{path}:missing", "false" if value == "true" else "true")
        return self._compared(path, operator, value)

    def _compared(self, path: str, operator: str, value: str) -> Term:
        kind = _kind(self._type, path)
        offered = _OPERATORS.get(kind, {})
        if operator not in offered:
            raise not_offered(
                f"The operator {operator} of _filter is not offered for {kind} parameters.",
                "Offered are: " + (", ".join((*offered, "pr"))) + ".",
            )
        modifier = offered[operator]
        if kind in _PREFIXED:
            return self._term(path, operator + value)
        if modifier in _INNER:
            term = _with_modifier(self._term(path, _escaped(value)), modifier.removeprefix(":"))
        else:
            term = self._term(path + modifier, _escaped(value))
        return _junction("not", [term]) if operator == "ne" else term

    def _term(self, name: str, text: str) -> Term:
        if name.startswith("_filter"):
            raise bad_filter("A _filter does not stand in a _filter.")
        return self._read(self._type, name, text, depth=self._depth)


def _kind(type: str, path: str) -> str:
    """The type of the parameter at the end of a path; reading it again refuses what is wrong with it."""
    if path.startswith("_has:"):
        _, source, _, rest = (*path.split(":", 3), "", "", "")[:4]
        return _kind(source, rest) if source in load().resource_types else "unknown"
    link, dot, rest = path.partition(".")
    code, _, wanted = link.partition(":")
    if not dot and code in _OWN_KINDS:
        return _OWN_KINDS[code]
    parameter = load().search_parameters(type).get(code)
    if parameter is None:
        return "unknown"
    if not dot:
        return parameter.type
    targets = (wanted,) if wanted in load().resource_types else parameter.targets
    return next((kind for target in targets if (kind := _kind(target, rest)) != "unknown"), "unknown")


def _with_modifier(term: Term, modifier: str) -> Term:
    """The modifier on the last term of a chain; it has no spelling in a URL, so it cannot be read from one."""
    values = tuple(
        replace(v, query=replace(v.query, terms=tuple(_with_modifier(t, modifier) for t in v.query.terms)))
        if isinstance(v, ChainValue)
        else v
        for v in term.values
    )
    chained = any(isinstance(value, ChainValue) for value in values)
    return replace(term, values=values, modifier=term.modifier if chained else modifier)


def _escaped(text: str) -> str:
    return re.sub(r"([\\,$])", r"\\\1", text)
