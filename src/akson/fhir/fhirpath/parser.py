"""FHIRPath tokens to an Expression, by precedence climbing (Pratt).

Grammar and precedence: https://hl7.org/fhirpath/N1/#operator-precedence. What the parts mean does not belong here.
"""

from functools import lru_cache

from akson.fhir.fhirpath.lexer import Token, syntax_problem, tokens
from akson.fhir.fhirpath.syntax import (
    Binary,
    Call,
    Empty,
    Expression,
    External,
    Index,
    Literal,
    Member,
    QuantityLiteral,
    TypeTest,
    Unary,
    Variable,
)

DEPTH_MAX = 80
"""Nested parentheses, arguments and indexers of one expression."""
TREE_DEPTH_MAX = 120
"""Of the tree, where each step of a path and each operator of a row is a level too (`a.b.c`, `1 + 1 + 1`). Whoever walks
the tree calls himself two or three times for each level, and Python allows a thousand calls."""

# Higher binds tighter. Paths (`.`, `[]`, calls) bind tightest of all and are read in `_postfix`.
_BINDS = {
    "implies": 1,
    "or": 2,
    "xor": 2,
    "and": 3,
    "in": 4,
    "contains": 4,
    "=": 5,
    "~": 5,
    "!=": 5,
    "!~": 5,
    "<": 6,
    ">": 6,
    "<=": 6,
    ">=": 6,
    "|": 7,
    "is": 8,
    "as": 8,
    "+": 9,
    "-": 9,
    "&": 9,
    "*": 10,
    "/": 10,
    "div": 10,
    "mod": 10,
}
_SIGN_BINDS = 11
_LITERALS = {"string", "long", "date", "datetime", "time"}
# Words that are operators, and still fine as names of elements and functions: `Encounter.contains`, `as(x)`.
_WORDS_AS_NAMES = {"as", "is", "contains", "in", "div", "mod", "and", "or", "xor", "implies"}
_UNITS = {
    unit + s
    for unit in ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
    for s in ("", "s")
}


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def symbol(self, text: str) -> bool:
        """Takes the symbol when it comes next."""
        if self.next.kind == "symbol" and self.next.text == text:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.symbol(text):
            raise syntax_problem(self.text, self.next.at, f"`{text}`")

    def operator(self) -> str:
        return self.next.text if self.next.kind in ("symbol", "name") and self.next.text in _BINDS else ""

    def expression(self, at_least: int = 0) -> Expression:
        self.depth += 1
        if self.depth > DEPTH_MAX:
            raise syntax_problem(self.text, self.next.at, f"at most {DEPTH_MAX} nested parts")
        left = self._prefix()
        while (operator := self.operator()) and _BINDS[operator] > at_least:
            self.take()
            if operator in ("is", "as"):
                left = TypeTest(operator, left, self.type_name())
            else:
                left = Binary(operator, left, self.expression(_BINDS[operator]))
        self.depth -= 1
        return left

    def _prefix(self) -> Expression:
        for sign in ("+", "-"):
            if self.symbol(sign):
                return Unary(sign, self.expression(_SIGN_BINDS - 1))
        return self._postfix(self._term())

    def _postfix(self, target: Expression) -> Expression:
        while True:
            if self.symbol("."):
                if self.next.kind == "variable":
                    target = Variable(self.take().text)
                else:
                    target = self._invocation(target)
            elif self.symbol("["):
                target = Index(target, self.expression())
                self.expect("]")
            else:
                return target

    def _term(self) -> Expression:
        token = self.next
        if self.symbol("("):
            inner = self.expression()
            self.expect(")")
            return inner
        if self.symbol("{"):
            self.expect("}")
            return Empty()
        if token.kind == "number":
            return self._number()
        if token.kind in _LITERALS:
            return Literal(token.kind, self.take().text)
        if token.kind == "external":
            return External(self.take().text)
        if token.kind == "variable":
            return Variable(self.take().text)
        if token.kind == "name" and token.text in ("true", "false"):
            return Literal("boolean", self.take().text)
        return self._invocation(None)

    def _number(self) -> Expression:
        number = self.take().text
        unit = self.next
        if unit.kind == "string":
            return QuantityLiteral(number, self.take().text, False)
        if unit.kind == "name" and unit.text in _UNITS:
            return QuantityLiteral(number, self.take().text, True)
        return Literal("number", number)

    def _invocation(self, target: Expression | None) -> Expression:
        token = self.next
        named = token.kind == "quoted" or (
            token.kind == "name" and (token.text not in _BINDS or token.text in _WORDS_AS_NAMES)
        )
        if not named:
            raise syntax_problem(self.text, token.at, "a name")
        self.take()
        if token.kind == "name" and self.symbol("("):
            return Call(target, token.text, self._arguments())
        return Member(target, token.text)

    def _arguments(self) -> tuple[Expression, ...]:
        if self.symbol(")"):
            return ()
        found = [self.expression()]
        while self.symbol(","):
            found.append(self.expression())
        self.expect(")")
        return tuple(found)

    def type_name(self) -> str:
        parts = []
        while True:
            if self.next.kind not in ("name", "quoted"):
                raise syntax_problem(self.text, self.next.at, "a type")
            parts.append(self.take().text)
            if not self.symbol("."):
                return ".".join(parts)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Raises Problem INVALID AKS-FHIR-201 with the place it stopped at."""
    reader = _Reader(text)
    found = reader.expression()
    if reader.next.kind != "end":
        raise syntax_problem(text, reader.next.at, "the end of the expression or an operator")
    _refuse_deep(text, found)
    return found


def _refuse_deep(text: str, root: Expression) -> None:
    level = [root]
    for _ in range(TREE_DEPTH_MAX):
        level = [part for node in level for part in _parts(node)]
        if not level:
            return
    raise syntax_problem(text, len(text), f"at most {TREE_DEPTH_MAX} steps one upon another")


def _parts(node: Expression) -> list[Expression]:
    match node:
        case Call(target, _, arguments):
            return [*arguments] if target is None else [target, *arguments]
        case Member(target, _):
            return [] if target is None else [target]
        case Index(target, index):
            return [target, index]
        case Binary(_, left, right):
            return [left, right]
        case Unary(_, operand) | TypeTest(_, operand, _):
            return [operand]
    return []
