"""What is to be said of the list that a reconciliation is about to make: each piece beside the answer that brings it.

resulting(facts, agenda, choices, edition).rows["b679aa…"]   -> (Advice("nsaid-anticoagulant", …), …), the gravest first
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from akson.care.decisionsupport.advice import Advice, advice
from akson.care.decisionsupport.facts import Facts, with_lines
from akson.care.decisionsupport.rules import Edition, Severity
from akson.care.medication.lines import SourceLine
from akson.care.medication.reconciled.agenda import Act, Agenda
from akson.care.medication.reconciled.choices import Choices
from akson.care.medication.reconciled.outcome import lines_after

_GIVEN = (Act.KEEP, Act.ONLY, Act.TAKE)
"""Answers by which somebody says that it is to be used."""


@dataclass(frozen=True, slots=True)
class Resulting:
    rows: Mapping[str, tuple[Advice, ...]]
    """`Row.key` → what her answer there brings."""
    others: tuple[Advice, ...]
    """What the list raises whatever she answers: it stands on the patient's page already."""

    @property
    def grave(self) -> tuple[Advice, ...]:
        """What she must have seen before she signs."""
        return tuple(a for told in self.rows.values() for a in told if a.severity is Severity.CRITICAL)

    def without(self, aside: Iterable[Advice]) -> "Resulting":
        """Without what somebody has set aside with a reason."""
        gone = {one.key for one in aside}
        rows = {row: tuple(a for a in told if a.key not in gone) for row, told in self.rows.items()}
        return Resulting(
            {row: told for row, told in rows.items() if told},
            tuple(a for a in self.others if a.key not in gone),
        )


def resulting(facts: Facts, agenda: Agenda, choices: Choices, edition: Edition) -> Resulting:
    """`facts`: of the patient; her drugs are those of the list to be. Nothing about measurements: it is not of the list."""
    lines: list[tuple[SourceLine, bool]] = []
    row_of: dict[str, str] = {}
    for row in agenda.rows:
        choice = choices.get(row.key)
        option = row.option(choice.option) if choice else None
        given = option is not None and option.act in _GIVEN
        for line in lines_after(row, option):
            lines.append((line, given))
            if given:
                row_of[line.id] = row.key
    order = {row.key: number for number, row in enumerate(agenda.rows)}
    rows: dict[str, list[Advice]] = {}
    said = advice(with_lines(facts, lines), edition) if row_of else ()
    for one in said:
        # Of two answers it stands beside the later one: rows are answered from the top.
        beside = max((row_of[id] for id in one.concerns if id in row_of), key=order.__getitem__)
        rows.setdefault(beside, []).append(one)
    known = {one.key for one in said}
    whole = advice(with_lines(facts, ((line, False) for line, _ in lines)), edition)
    others = tuple(one for one in whole if one.concerns and one.key not in known)
    return Resulting({row: tuple(told) for row, told in rows.items()}, others)
