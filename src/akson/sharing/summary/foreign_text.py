"""Narrative that others wrote, safe to put into a page: text, tables and lists, and nothing else of theirs. Pure.

Tags outside the list are taken off and their text is kept, except of what is never read (script, style). No attribute is
kept but how many cells a cell spans. Text in any language stands as it was written. Spec: https://hl7.org/fhir/R4/narrative.html
"""

from html import escape
from html.parser import HTMLParser

_WORDS = "table thead tbody tfoot tr th td caption p ul ol li dl dt dd b strong i em br div h3 h4 h5"
_KEPT = frozenset(_WORDS.split())
_TURNED = {"h1": "h3", "h2": "h3", "h6": "h5", "br": "br"}
_EMPTY = frozenset({"br"})
_UNREAD = frozenset({"script", "style", "template", "noscript", "object", "iframe"})
_SPANS = ("colspan", "rowspan")
_SPAN_MAX = 50
TEXT_MAX = 200_000
"""Characters of one section; what is longer is read in the file."""


def shown(div: str) -> str:
    """Markup without attributes, balanced."""
    reader = _Reader()
    reader.feed(div[:TEXT_MAX])
    reader.close()
    return reader.finished()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._made: list[str] = []
        self._open: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread += 1
        tag = _TURNED.get(tag, tag)
        if self._unread or tag not in _KEPT:
            return
        spans = "".join(f' {name}="{value}"' for name, value in attrs if name in _SPANS and _is_span(value))
        self._made.append(f"<{tag}{spans}>")
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            return
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self._unread = max(0, self._unread - 1)
        tag = _TURNED.get(tag, tag)
        if self._unread or tag not in self._open:
            return
        while self._open:
            last = self._open.pop()
            self._made.append(f"</{last}>")
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self._made.append(escape(data))

    def finished(self) -> str:
        return "".join([*self._made, *(f"</{tag}>" for tag in reversed(self._open))]).strip()


def _is_span(value: str | None) -> bool:
    return bool(value) and str(value).isdecimal() and 0 < int(str(value)[:4]) <= _SPAN_MAX
