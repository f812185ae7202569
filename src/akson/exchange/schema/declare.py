"""What a message format is: structures of ordered elements with cardinality, data type, code system and meaning.

    STED_FOR_HENDELSE = declare("StedForHendelse", PO, Element("StedHendelse", "string", "Where it happened"))
    HENDELSE = declare("TidsfestetHendelse", PO,
        Element("Hendelsekode", "CV", "Which event", "0..1", codes=9121),
        Element("TidspunktForHendelse", "TS", "When"),
        Element("StedForHendelse", STED_FOR_HENDELSE, "Where", "0..1"))

Reading, writing, FHIR extensions and documentation are derived (read.py, write.py, extension.py, document.py).
Data types: HIS 80117, https://www.ehelse.no/standardisering. No message type is named here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Values: TypeAlias = Mapping[str, Any]
"""What one structure says, by local element name. Repeatable elements give a tuple, attributes stand under `@name`.

{"Hendelsekode": Coded("1", "Pasient innlagt", "2.16.578.1.12.4.1.1.9121"), "TidspunktForHendelse": "2018-01-29T10:00:00",
 "Anslag": False, "StedForHendelse": {"StedHendelse": "Ortopedisk avdeling"}}
"""


SELF = "self"


@dataclass(frozen=True, slots=True)
class Coded:
    """CS and CV: code value, its text, its code system as OID (CV only) and further text."""

    v: str = ""
    dn: str = ""
    s: str = ""
    ot: str = ""

    @property
    def words(self) -> str:
        """What a reader is shown: the text, else the code, and always the further text."""
        return ": ".join(part for part in (self.dn.strip() or self.v, self.ot.strip()) if part)


@dataclass(frozen=True, slots=True)
class Quantity:
    """PQ: the number as it was written, and its unit."""

    v: str = ""
    u: str = ""


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    namespace: str = ""
    required: bool = False
    words: str = ""
    values: tuple[str, ...] = ()
    """All it may say, when the standard fixes it."""

    @property
    def tag(self) -> str:
        return f"{{{self.namespace}}}{self.name}" if self.namespace else self.name


@dataclass(frozen=True, slots=True)
class Element:
    """One place in a sequence. `type` names a data type of formats.py or is a nested Structure; `self` is the one around."""

    name: str
    type: "str | Structure"
    words: str = ""
    """Bokmål label, as the reader of a message sees it."""
    occurs: str = "1..1"
    codes: int | None = None
    """Number of the national code system, e.g. 9121."""
    namespace: str = ""
    """When it is not the namespace of the structure it stands in."""
    holds: "tuple[Structure, ...]" = ()
    """Of a base64Binary: what the document in it may be (enclosed.py)."""
    required: bool = field(init=False, repr=False, compare=False)
    repeats: bool = field(init=False, repr=False, compare=False)
    """Both follow from `occurs`; asked of each element of each message."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "required", not self.occurs.startswith("0"))
        object.__setattr__(self, "repeats", self.occurs.endswith("*"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these, or none when it is not required. An option that repeats may stand many times."""

    options: tuple[Element, ...]
    required: bool = True
    mixed: bool = False
    """All of them may stand, in any order. Written again, each option's elements stand together."""


@dataclass(frozen=True, slots=True)
class Structure:
    name: str
    namespace: str
    parts: tuple[Element | Choice, ...]
    attributes: tuple[Attribute, ...] = ()
    may_be_empty: bool = False
    """The whole sequence is optional (MsgHead's Organisation)."""
    together: tuple[tuple[str, ...], ...] = ()
    """Optional elements of which all stand or none (an optional sequence within the sequence)."""
    tags: Mapping[str, Element] = field(init=False, repr=False, compare=False)
    """Element of each tag that may stand here. Worked out once: every message asks for each of its elements."""
    places: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)
    """Which of `parts` a tag may stand for, in order."""
    named: Mapping[str, Element] = field(init=False, repr=False, compare=False)
    """By name, the last of those that share one."""

    def __post_init__(self) -> None:
        tags: dict[str, Element] = {}
        places: dict[str, tuple[int, ...]] = {}
        for index, part in enumerate(self.parts):
            for element in (part,) if isinstance(part, Element) else part.options:
                tag = f"{{{self.namespace_of(element)}}}{element.name}"
                tags[tag] = element
                places[tag] = (*places.get(tag, ()), index)
        object.__setattr__(self, "tags", tags)
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "named", {element.name: element for element in self.elements()})

    def elements(self) -> Iterator[Element]:
        """Every element that may stand here, in order."""
        for part in self.parts:
            yield from (part,) if isinstance(part, Element) else part.options

    def namespace_of(self, element: Element) -> str:
        return element.namespace or self.namespace

    def nested(self, element: Element) -> "Structure | None":
        """The structure an element of this one holds, or None for a data type."""
        if isinstance(element.type, Structure):
            return element.type
        return self if element.type == SELF else None


def declare(
    name: str,
    namespace: str,
    *parts: Element | Choice,
    attributes: tuple[Attribute, ...] = (),
    may_be_empty: bool = False,
    together: tuple[tuple[str, ...], ...] = (),
) -> Structure:
    return Structure(name, namespace, parts, attributes, may_be_empty, together)


def lacking(structure: Structure, values: Values) -> Iterator[str]:
    """Elements that are not there though others of their group are."""
    for group in structure.together:
        missing = [name for name in group if name not in values]
        yield from missing if len(missing) < len(group) else ()


def alternatives(*options: Element, required: bool = True, mixed: bool = False) -> Choice:
    return Choice(options, required, mixed)


def held(structure: Structure, words: str, occurs: str = "1..1") -> Element:
    """An element that holds a structure under the structure's own name and namespace."""
    return Element(structure.name, structure, words, occurs, namespace=structure.namespace)
