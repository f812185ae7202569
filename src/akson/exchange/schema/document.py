"""A declaration as a Markdown table: path, meaning, type, cardinality, code system."""

from collections.abc import Iterator

from akson.exchange.schema.declare import Choice, Element, Structure


def document(structure: Structure) -> str:
    """One row per element, nested structures indented by their path."""
    head = "| element | betydning | type | antall | kodeverk |\n| --- | --- | --- | --- | --- |\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in _rows(structure, structure.name))


def _rows(structure: Structure, path: str) -> Iterator[tuple[str, ...]]:
    for part in structure.parts:
        options = (part,) if isinstance(part, Element) else part.options
        for element in options:
            occurs = "ett av" if isinstance(part, Choice) else element.occurs
            nested = structure.nested(element)
            kind = nested.name if nested else str(element.type)
            yield (f"`{path}/{element.name}`", element.words, kind, occurs, str(element.codes or ""))
            if nested and nested is not structure:
                yield from _rows(nested, f"{path}/{element.name}")
