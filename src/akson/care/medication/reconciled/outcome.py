"""Which lines of a drug stand on the list once a row is answered: what is counted, advised on and signed.

A row without an answer stands as our own list has it. What is written of it does not belong here (signing.py).
"""

from dataclasses import replace

from akson.care.medication.lines import SourceLine
from akson.care.medication.reconciled.agenda import OWN, Act, Option, Row, in_use


def lines_after(row: Row, option: Option | None) -> tuple[SourceLine, ...]:
    """The lines in use. A line of another source that has no code bears the row's: it is the drug that they all name."""
    own = tuple(line for line in row.own if in_use(line))
    if option is None or option.act in (Act.KEEP, Act.CLARIFY):
        return own
    if option.act is Act.TAKE:
        code = next((line.atc for cell in row.cells for line in cell.lines if line.atc), "")
        return tuple(line if line.atc else replace(line, atc=code) for line in of_source(row, option.source))
    if option.act is Act.ONLY:
        return tuple(line for line in own if line.id == option.line)
    return ()


def of_source(row: Row, source: str) -> tuple[SourceLine, ...]:
    """What one of the other sources says is used."""
    return next(
        (
            tuple(line for line in cell.lines if in_use(line))
            for cell in row.cells
            if cell.source.reference == source and cell.source.kind is not OWN
        ),
        (),
    )
