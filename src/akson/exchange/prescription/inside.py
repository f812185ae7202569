"""Every place of a content where one structure stands, however deep: a medicine may stand under many headings."""

from collections.abc import Iterator

from akson.exchange.schema import Structure, Values


def inside(around: Structure, values: Values, name: str) -> Iterator[Values]:
    """Values of each structure called `name`, in the message's order."""
    elements = {element.name: element for element in around.elements()}
    for key, value in values.items():
        nested = around.nested(elements[key]) if key in elements else None
        if nested is None:
            continue
        for one in value if elements[key].repeats else (value,):
            if nested.name == name:
                yield one
            else:
                yield from inside(nested, one, name)
