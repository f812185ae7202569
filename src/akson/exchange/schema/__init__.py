"""A small language to declare message formats in, once: from a declaration come reading, checking, writing, words."""

from akson.exchange.schema.declare import (
    Attribute,
    Choice,
    Coded,
    Element,
    Quantity,
    Structure,
    Values,
    alternatives,
    declare,
    held,
)
from akson.exchange.schema.document import document
from akson.exchange.schema.formatted import Formatted
from akson.exchange.schema.read import Fault, Reading, read_structure
from akson.exchange.schema.revise import Revision, revised
from akson.exchange.schema.write import write_structure

__all__ = [
    "Attribute",
    "Choice",
    "Coded",
    "Element",
    "Fault",
    "Formatted",
    "Quantity",
    "Reading",
    "Revision",
    "Structure",
    "Values",
    "alternatives",
    "declare",
    "document",
    "held",
    "read_structure",
    "revised",
    "write_structure",
]
