"""When two messages say the same: compared element by element, after the normalisations that reading and writing may make.

| other bytes, and the same message                                             | why                                     |
| ----------------------------------------------------------------------------- | --------------------------------------- |
| prefixes, order of attributes, encoding, XML declaration                       | as canonical XML has it                 |
| comments, processing instructions, `xsi:` attributes                           | say nothing to a reader                 |
| white space between elements, and in V, S and U                                | xs:token                                |
| an empty attribute and none                                                    | both say nothing                        |
| `1` and `true`, white space around a value that is one word                    | the same value of its type              |
| line breaks in base64                                                          | the same bytes of the file              |
| elements of one name together, where a choice may repeat                       | the schema gives them no order          |

No declaration of ours is asked, so that this can be the judge of them.
"""

from lxml import etree

from akson.exchange.schema.formats import collapse
from akson.exchange.schema.read import XSI
from akson.fhir import markup

_TOKENS = ("V", "S", "U")
_BOOLEANS = {"1": "true", "0": "false"}


def difference(before: bytes, after: bytes) -> str:
    """Path of the first place where they say something else; "" when they are the same. Texts are never told."""
    return _nodes(markup.read(before), markup.read(after), "")


def _nodes(before: etree._Element, after: etree._Element, path: str) -> str:
    here = f"{path}/{etree.QName(before).localname}"
    if before.tag != after.tag or _attributes(before) != _attributes(after):
        return here
    old, new = _children(before), _children(after)
    if len(old) != len(new) or not _texts(before, after, leaf=not old):
        return here
    for one, other in zip(old, new, strict=True):
        if found := _nodes(one, other, here):
            return found
        if (one.tail or "").strip() != (other.tail or "").strip():
            return f"{here} after {etree.QName(one).localname}"
    return ""


def _children(node: etree._Element) -> list[etree._Element]:
    found = list(node.iterchildren(tag=etree.Element))
    first = {tag: place for place, tag in reversed(list(enumerate(child.tag for child in found)))}
    return sorted(found, key=lambda child: first[child.tag])


def _attributes(node: etree._Element) -> dict[str, str]:
    told = {
        str(name): str(text) for name, text in node.attrib.items() if not str(name).startswith(f"{{{XSI}}}")
    }
    plain = {name: collapse(text) if name in _TOKENS else text for name, text in told.items()}
    return {name: text for name, text in plain.items() if text}


def _texts(before: etree._Element, after: etree._Element, *, leaf: bool) -> bool:
    old, new = before.text or "", after.text or ""
    if not leaf:
        return old.strip() == new.strip()
    if str(before.tag).endswith(("}Base64Container", "B64")):
        return "".join(old.split()) == "".join(new.split())
    word, other = collapse(old), collapse(new)
    return old == new or (" " not in word and _BOOLEANS.get(word, word) == _BOOLEANS.get(other, other))
