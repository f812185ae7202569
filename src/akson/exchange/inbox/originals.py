"""Whether two originals that bear one id are the same message. Pure."""

from lxml import etree

from akson.fhir import markup


def same(one: bytes, other: bytes) -> bool:
    """Whether two originals say the same to the letter, however they are laid out and encoded."""
    return one == other or _laid_out(one) == _laid_out(other)


def _laid_out(original: bytes) -> bytes:
    root = markup.read(original)
    for node in root.iter(etree.Element):
        node.tail = (node.tail or "").strip() or None
        if len(node):
            node.text = (node.text or "").strip() or None
        elif etree.QName(node).localname == "MsgId":
            node.text = (node.text or "").strip().lower()
    return markup.canonical(root)
