"""Text with markup in it (anyType of dialogue messages: xhtml), kept as it is and read as words.

The markup is never shown as markup: a reader sees its words alone, so nothing in it can act. What stands in
`script` is words too.
"""

from dataclasses import dataclass
from xml.sax.saxutils import escape

from lxml import etree

from akson.fhir import markup

_LINES = frozenset(
    {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre"}
)
_CELLS = frozenset({"td", "th"})
_AROUND = "text"


@dataclass(frozen=True, slots=True)
class Formatted:
    """`xml` is what stands inside the element, canonical; `attributes` are the element's own."""

    xml: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """Its text, with line breaks where blocks begin."""
        said = "".join(_said(self.inside()))
        lines = (" ".join(line.split()) for line in said.split("\n"))
        return "\n".join(line for line in lines if line)

    def inside(self) -> etree._Element:
        """An element around what it holds."""
        return markup.read(f"<{_AROUND}>{self.xml}</{_AROUND}>".encode())


def formatted(node: etree._Element, attributes: tuple[tuple[str, str], ...]) -> Formatted:
    inner = [escape(node.text or "")]
    for child in node.iterchildren(tag=etree.Element):
        inner.append(etree.tostring(child, method="c14n", exclusive=True, with_tail=False).decode())
        inner.append(escape(child.tail or ""))
    return Formatted("".join(inner), attributes)


def _said(node: etree._Element) -> list[str]:
    found = [node.text or ""]
    for child in node.iterchildren(tag=etree.Element):
        name = etree.QName(child).localname.lower()
        found.append("\n" if name in _LINES else " " if name in _CELLS else "")
        found += _said(child)
        found.append("\n" if name in _LINES else "")
        found.append(child.tail or "")
    return found
