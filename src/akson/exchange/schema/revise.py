"""One declaration out of another: an older or newer version of a format, told by its differences alone.

OLDER = Revision(namespaces={NEW: OLD}, without=(("ParorendeForesatt", "FodselsarMindrearigParorende"),),
    occurs={("MedisinskDiagnose", "Hoveddiagnose"): "1..1"})
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from akson.exchange.schema.declare import Choice, Element, Structure

Place = tuple[str, str]
"""(structure, element)."""


@dataclass(frozen=True, slots=True)
class Revision:
    namespaces: Mapping[str, str] = field(default_factory=dict)
    """The declaration's own -> those of the other version."""
    without: tuple[Place, ...] = ()
    """Elements that the other version does not have."""
    occurs: Mapping[Place, str] = field(default_factory=dict)
    types: Mapping[Place, str] = field(default_factory=dict)
    required_choices: tuple[str, ...] = ()
    """Structures where one of the alternatives must stand."""
    added: Mapping[Place, tuple[Element, ...]] = field(default_factory=dict)
    """Elements that the other version alone has, after the place where they stand; "" for the first place."""


def revised(structure: Structure, revision: Revision) -> Structure:
    """The structure, and all that it is made of, as the other version has them."""
    parts: list[Element | Choice] = [*revision.added.get((structure.name, ""), ())]
    for part in structure.parts:
        kept = _part(structure, part, revision)
        if kept is not None:
            parts.append(kept)
        names = (part.name,) if isinstance(part, Element) else tuple(o.name for o in part.options)
        for name in names:
            parts += revision.added.get((structure.name, name), ())
    namespace = revision.namespaces.get(structure.namespace, structure.namespace)
    return replace(structure, namespace=namespace, parts=tuple(parts))


def _part(around: Structure, part: Element | Choice, revision: Revision) -> Element | Choice | None:
    if isinstance(part, Element):
        return _element(around, part, revision)
    options = tuple(kept for o in part.options if (kept := _element(around, o, revision)) is not None)
    if not options:
        return None
    required = part.required or around.name in revision.required_choices
    return replace(part, options=options, required=required)


def _element(around: Structure, element: Element, revision: Revision) -> Element | None:
    place = (around.name, element.name)
    if place in revision.without:
        return None
    type = revision.types.get(place, element.type)
    return replace(
        element,
        namespace=revision.namespaces.get(element.namespace, element.namespace),
        occurs=revision.occurs.get(place, element.occurs),
        type=revised(type, revision) if isinstance(type, Structure) else type,
    )
