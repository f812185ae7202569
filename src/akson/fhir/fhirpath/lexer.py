"""FHIRPath text to tokens.

Grammar: https://hl7.org/fhirpath/N1/grammar.html. One regular expression without nested repetition reads a
token at a time, so the time taken grows with the length of the text and nothing else.
"""

import re
from dataclasses import dataclass

from akson.fhir.problem import Problem, ProblemKind

TEXT_MAX = 20_000
"""Characters of one expression. The longest of R4 is some 1,200."""

_TIME = r"\d{2}(?::\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_TOKEN = re.compile(
    rf"""
      (?P<space>\s+|//[^\r\n]*|/\*[\s\S]*?\*/)
    | (?P<datetime>@\d{{4}}(?:-\d{{2}}(?:-\d{{2}})?)?T(?:{_TIME})?(?:Z|[+-]\d{{2}}:\d{{2}})?)
    | (?P<date>@\d{{4}}(?:-\d{{2}}(?:-\d{{2}})?)?)
    | (?P<time>@T{_TIME})
    | (?P<long>\d+L)
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<quoted>`(?:[^`\\]|\\.)*`)
    | (?P<external>%(?:[A-Za-z_]\w*|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'))
    | (?P<variable>\$(?:this|index|total))
    | (?P<name>[A-Za-z_]\w*)
    | (?P<symbol><=|>=|!=|!~|[-+*/&|<>=~.,()\[\]{{}}])
    """,
    re.VERBOSE | re.ASCII,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    """datetime date time long number string quoted external variable name symbol end."""
    text: str
    """Without quotes, `@` and `%`, escapes resolved."""
    at: int
    """Place in the expression, from 0."""


def syntax_problem(text: str, at: int, expected: str) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-FHIR-201",
        f"The FHIRPath expression cannot be read at character {at + 1}.",
        why=f"Expected {expected}; found {text[at : at + 20]!r}."
        if at < len(text)
        else f"Expected {expected}.",
        code="invalid",
    )


def _unescape(found: re.Match[str]) -> str:
    code = found[1]
    return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPED.get(code, code)


def unescaped(text: str) -> str:
    """The text with its escapes (`\\n`, `\\u00e9`, `\\'`) resolved."""
    return _ESCAPE.sub(_unescape, text)


def _content(kind: str, text: str) -> str:
    if kind in ("string", "quoted"):
        return unescaped(text[1:-1])
    if kind == "external":
        inner = text[1:]
        return unescaped(inner[1:-1]) if inner[0] in "`'" else inner
    if kind == "long":
        return text[:-1]
    if kind in ("date", "datetime"):
        return text[1:]
    return text[2:] if kind == "time" else text


def tokens(text: str) -> list[Token]:
    """Ends with a token of kind `end`. Raises Problem INVALID AKS-FHIR-201."""
    if len(text) > TEXT_MAX:
        raise Problem(
            ProblemKind.TOO_LARGE, "AKS-FHIR-202", f"An expression has at most {TEXT_MAX} characters."
        )
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise syntax_problem(text, at, "a name, a literal or an operator")
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, _content(kind, match[0]), at))
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found
