"""Pattern text to its parts; what cannot run in linear time (looking around, referring back) is refused by name."""

import unicodedata
from typing import NoReturn

from akson.fhir.fhirpath.patterns.nodes import (
    Choice,
    Group,
    Matcher,
    Node,
    Parsed,
    Place,
    Repeat,
    Sequence,
    Sign,
)
from akson.fhir.problem import Problem, ProblemKind

TEXT_MAX = 5_000
_DEPTH_MAX = 50
REPEAT_MAX = 5_000
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "0": "\0"}


def _digit(sign: str) -> bool:
    return "0" <= sign <= "9"


def _word(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign == "_")


def _name_start(sign: str) -> bool:
    return sign.isalpha() or sign in "_:"


def _name(sign: str) -> bool:
    return sign.isalnum() or sign in "_:.-"


def _not(matcher: Matcher) -> Matcher:
    return lambda sign: not matcher(sign)


_CLASSES: dict[str, Matcher] = {"d": _digit, "w": _word, "s": str.isspace, "i": _name_start, "c": _name}
CLASSES = _CLASSES | {name.upper(): _not(matcher) for name, matcher in _CLASSES.items()}


def refused(what: str) -> NoReturn:
    raise Problem(
        ProblemKind.UNSUPPORTED,
        "AKS-FHIR-213",
        "The pattern is not read here.",
        why=what,
        code="invalid",
    )


def read(text: str, flags: str) -> Parsed:
    if len(text) > TEXT_MAX:
        refused(f"A pattern has at most {TEXT_MAX} characters.")
    if set(flags) - {"i", "m"}:
        refused("The flags are `i` and `m`.")
    reader = _Reader(text, ignore_case="i" in flags, lines="m" in flags)
    node = reader.choice(0)
    if reader.at < len(text):
        refused("A parenthesis is closed that was not opened.")
    return Parsed(node, reader.groups, reader.names, reader.lines)


class _Reader:
    def __init__(self, text: str, *, ignore_case: bool, lines: bool) -> None:
        self.text = text
        self.at = 0
        self.ignore_case = ignore_case
        self.lines = lines
        self.groups = 0
        self.names: dict[str, int] = {}

    def next(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        sign = self.next()
        if not sign:
            refused("It ends too early.")
        self.at += 1
        return sign

    def ahead(self, text: str) -> bool:
        if self.text.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def choice(self, depth: int) -> Node:
        if depth > _DEPTH_MAX:
            refused("It is nested too deep.")
        options = [self.sequence(depth)]
        while self.ahead("|"):
            options.append(self.sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def sequence(self, depth: int) -> Node:
        parts = []
        while self.next() and self.next() not in "|)":
            parts.append(self.repeated(self.part(depth)))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, part: Node) -> Node:
        while True:
            bounds = self.bounds()
            if bounds is None:
                return part
            if isinstance(part, Place):
                refused("A place cannot be repeated.")
            greedy = not self.ahead("?")
            if self.next() == "+":
                refused("Possessive repetition is not offered.")
            part = Repeat(part, *bounds, greedy)

    def bounds(self) -> tuple[int, int | None] | None:
        for sign, found in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.ahead(sign):
                return found
        if self.next() != "{":
            return None
        inner, closed, _ = self.text[self.at + 1 :].partition("}")
        low, comma, high = inner.partition(",")
        if not closed or not low.isdigit() or (high and not high.isdigit()):
            return None  # A brace that counts nothing stands for itself.
        self.at += len(inner) + 2
        least, most = int(low), int(high) if high else None if comma else int(low)
        if least > REPEAT_MAX or (most is not None and (most > REPEAT_MAX or most < least)):
            refused(f"A part is repeated at most {REPEAT_MAX} times.")
        return least, most

    def part(self, depth: int) -> Node:
        sign = self.take()
        if sign == "(":
            return self.group(depth)
        if sign == "[":
            return Sign(self.cased(self.set()))
        if sign == ".":
            return Sign(lambda _sign: True)
        if sign in "^$":
            return Place(("m" if self.lines else "") + sign)
        if sign == "\\":
            return self.escaped()
        if sign in "*+?":
            refused("There is nothing to repeat.")
        return Sign(self.cased(sign.__eq__))

    def cased(self, matcher: Matcher) -> Matcher:
        if not self.ignore_case:
            return matcher
        return lambda sign: matcher(sign) or matcher(sign.lower()) or matcher(sign.upper())

    def group(self, depth: int) -> Node:
        if self.ahead("?:"):
            return self.closed(self.choice(depth + 1))
        name = ""
        if self.ahead("?<") or self.ahead("?P<"):
            name, _, _ = self.text[self.at :].partition(">")
            if not name.isidentifier():
                refused("Looking behind is not offered.")
            self.at += len(name) + 1
        elif self.next() == "?":
            refused("Looking ahead and inline flags are not offered.")
        self.groups += 1
        number = self.groups
        if name:
            self.names[name] = number
        return Group(self.closed(self.choice(depth + 1)), number)

    def closed(self, node: Node) -> Node:
        if not self.ahead(")"):
            refused("A parenthesis is not closed.")
        return node

    def escaped(self) -> Node:
        sign = self.next()
        if sign in ("b", "B"):
            self.at += 1
            return Place(sign)
        if sign in ("A", "Z", "z"):
            self.at += 1
            return Place("^" if sign == "A" else "$")
        return Sign(self.cased(self.class_or_sign()))

    def class_or_sign(self) -> Matcher:
        sign = self.take()
        if sign in CLASSES:
            return CLASSES[sign]
        if sign in "pP":
            return self.property(sign == "P")
        if sign in "123456789":
            refused("Referring back is not offered.")
        literal = self.literal(sign)
        return literal.__eq__

    def literal(self, sign: str) -> str:
        """The sign that an escape stands for."""
        if sign in "ux":
            digits = self.text[self.at : self.at + (4 if sign == "u" else 2)]
            try:
                found = chr(int(digits, 16))
            except ValueError:
                return sign
            self.at += len(digits)
            return found
        return _PLAIN.get(sign, sign)

    def property(self, negated: bool) -> Matcher:
        name, closed, _ = self.text[self.at + 1 :].partition("}")
        if self.next() != "{" or not closed or not 1 <= len(name) <= 2:
            refused("A property is a general category of Unicode, such as \\p{Lu}.")
        self.at += len(name) + 2
        return lambda sign: unicodedata.category(sign).startswith(name) is not negated

    def set(self) -> Matcher:
        negated = self.ahead("^")
        singles: set[str] = set()
        ranges: list[tuple[str, str]] = []
        classes: list[Matcher] = []
        first = True
        while first or self.next() != "]":
            first = False
            low = self.member(classes)
            if low is None:
                continue
            if self.next() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                high = self.member(classes)
                if high is None or high < low:
                    refused("A range runs from a lower to a higher sign.")
                ranges.append((low, high))
            else:
                singles.add(low)
        self.at += 1

        def accepts(sign: str) -> bool:
            found = (
                sign in singles
                or any(low <= sign <= high for low, high in ranges)
                or any(one(sign) for one in classes)
            )
            return found is not negated

        return accepts

    def member(self, classes: list[Matcher]) -> str | None:
        """The sign that comes next in a set; None when it was a class, which is added."""
        sign = self.take()
        if sign != "\\":
            return sign
        sign = self.take()
        if sign in CLASSES:
            classes.append(CLASSES[sign])
            return None
        if sign in "pP":
            classes.append(self.property(sign == "P"))
            return None
        return "\b" if sign == "b" else self.literal(sign)
