"""The content of a message by its version: out of the documents it stands in, and back into them.

Nearly every type has one document. An extract of a record has several (`Version.several`): then the declared structure is a
frame that no document holds, each document is one part of it, and their order is kept.

    {"Del": ({"Node": {…}}, {"Cave": {…}}, {"Legemidler": {…}})}
"""

from collections.abc import Sequence

from lxml import etree

from akson.exchange.message_type import Version
from akson.exchange.schema import Fault, Reading, Values, read_structure, write_structure


def read(version: Version, documents: Sequence[etree._Element]) -> Reading:
    """`documents` are the roots in the message's order; only a version of several has more than one."""
    if not version.several:
        return read_structure(documents[0], version.structure)
    part, options = version.part, version.options
    values: list[Values] = []
    faults: list[Fault] = []
    for number, root in enumerate(documents):
        option = options.get(str(root.tag))
        if option is None:
            faults.append(Fault(f"{part}[{number}]/{etree.QName(root).localname}", "is not known here"))
            continue
        reading = read_structure(root, option)
        values.append({option.name: reading.values})
        faults += [Fault(f"{part}[{number}]/{fault.path}", fault.what) for fault in reading.faults]
    return Reading({part: tuple(values)}, tuple(faults))


def write(version: Version, content: Values) -> tuple[etree._Element, ...]:
    """One root for each document. Raises INVALID AKS-EXCHANGE-020."""
    if not version.several:
        return (write_structure(version.structure, content, version.prefixes),)
    by_name = {option.name: option for option in version.options.values()}
    return tuple(
        write_structure(by_name[name], values, version.prefixes)
        for part in content[version.part]
        for name, values in part.items()
    )
