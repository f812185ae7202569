"""A stylesheet without the rules of components that no template uses: three quarters of Designsystemet's are such.

    cut(b".x-a{…}.x-b{…}@media(…){.x-b{…}}", frozenset({"x-a"}))      # b".x-a{…}", for `ds-` where it says `x-`

The vendored file stays whole beside us; what is served follows the templates by itself. A rule goes only when every one of
its selectors asks for a component class that is used nowhere; whatever is not understood stays.
Spec: https://www.w3.org/TR/css-syntax-3/ (blocks, strings), https://www.w3.org/TR/css-nesting-1/.
"""

import re
from collections.abc import Iterator
from pathlib import Path

SOURCES = (".html", ".js")
_USED = re.compile(r"\bds-[a-z0-9]+(?:-[a-z0-9]+)*")
_ASKED = re.compile(r"\.(ds-[a-z0-9]+(?:-[a-z0-9]+)*)")
_STRING_OR_MARK = re.compile(r"""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]""", re.DOTALL)
_ONE_OF = re.compile(r":(?:is|where)\(")
_GROUP = re.compile(r"@(?:media|supports|layer|container|scope)\b")


def used_in(folder: Path) -> frozenset[str]:
    """Every `ds-…` that stands in a template or a script below the folder, in whatever place."""
    files = (p for p in sorted(folder.rglob("*")) if p.suffix in SOURCES and "vendor" not in p.parts)
    return frozenset(name for path in files for name in _USED.findall(path.read_text("utf-8")))


def cut(sheet: bytes, used: frozenset[str]) -> bytes:
    text = sheet.decode()
    return "".join(_kept(text, used)).encode()


def _kept(text: str, used: frozenset[str]) -> Iterator[str]:
    for head, block, whole in _rules(text):
        if block is None:
            yield whole
        elif _GROUP.match(head.strip()):
            inside = "".join(_kept(block, used))
            if inside.strip():
                yield f"{head}{{{inside}}}"
        elif not _nobodys(head, used):
            yield whole


def _rules(text: str) -> Iterator[tuple[str, str | None, str]]:
    """(what stands before the block, the block without its braces or None for a statement, all of it as it stands)."""
    start = opened = depth = 0
    for found in _STRING_OR_MARK.finditer(text):
        mark = found[0]
        if mark == "{":
            if depth == 0:
                opened = found.start()
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth == 0:
                yield text[start:opened], text[opened + 1 : found.start()], text[start : found.end()]
                start = found.end()
        elif mark == ";" and depth == 0:
            yield text[start : found.end()], None, text[start : found.end()]
            start = found.end()
    if text[start:].strip():
        yield text[start:], None, text[start:]


def _nobodys(head: str, used: frozenset[str]) -> bool:
    selectors = _top_level(head)
    return not head.lstrip().startswith("@") and all(_dead(one, used) for one in selectors)


def _dead(selector: str, used: frozenset[str]) -> bool:
    """Whether it asks for a class that nothing has, by itself or as each choice of an `:is(…)`."""
    if any(name not in used for name in _ASKED.findall(_outside(selector))):
        return True
    return any(_nobodys(choices, used) for choices in _choices(selector))


def _choices(selector: str) -> Iterator[str]:
    """What stands in each outermost `:is(…)` and `:where(…)`."""
    for found in _ONE_OF.finditer(selector):
        depth, end = 1, found.end()
        while end < len(selector) and depth:
            depth += (selector[end] == "(") - (selector[end] == ")")
            end += 1
        if _depth(selector[: found.start()]) == 0:
            yield selector[found.end() : end - 1]


def _depth(text: str) -> int:
    return text.count("(") - text.count(")")


def _top_level(head: str) -> list[str]:
    """Selectors of a list; commas within parentheses or brackets part none."""
    found, depth = [""], 0
    for sign in head:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            found.append("")
        else:
            found[-1] += sign
    return found


def _outside(selector: str) -> str:
    """Without what stands in parentheses: of `:is(…)` and `:not(…)` one name alone decides nothing."""
    kept, depth = "", 0
    for sign in selector:
        depth += sign == "("
        kept += sign if depth == 0 else ""
        depth -= sign == ")"
    return kept
