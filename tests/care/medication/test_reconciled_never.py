"""What no choice whatever may do, on the benchmark's made cases: a medicine goes only when an answer says so."""

import itertools
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from akson.app.bench.reconcile.cases import cases
from akson.care.medication.lines import Dose, Kind, Provenance, Said, SourceKind, SourceLine, Use
from akson.care.medication.reconciled.agenda import Act, Agenda, RowKind, agenda
from akson.care.medication.reconciled.choices import Choice, unreasoned
from akson.care.medication.reconciled.signing import Signed, Signer, Standing, sign, tally
from akson.care.medication.reconciliation.case import Case, Line, read_case
from akson.care.medication.reconciliation.engine import reconcile
from akson.care.medication.sources import SourceList
from akson.fhir.problem import Problem

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWN = (SourceKind.MUNICIPALITY, "List/own")
GONE = (Act.STOP, Act.ONLY, Act.TAKE)


def source_line(line: Line, kind: SourceKind, place: str) -> SourceLine:
    stopped = line.status == "stopped"
    statement = {"resourceType": "MedicationStatement", "status": "stopped" if stopped else "active"}
    own = {"id": line.id} if kind is SourceKind.MUNICIPALITY else {}
    return SourceLine(
        id=line.id,
        name=line.substance or line.name or line.atc,
        product=line.name,
        atc=line.atc,
        strength=line.strength,
        form=line.form,
        dose=Dose(line.dose, line.asneeded),
        kind=Kind.FIXED,
        use=Use.STOPPED if stopped else Use.ACTIVE,
        indication="",
        start=line.start,
        stop=line.stop,
        stop_reason="",
        multidose=False,
        note="",
        provenance=Provenance("", "", kind, None, (place,)),
        resource={**statement, **own, "dosage": [{"text": line.dose}]},
    )


def told(case: Case) -> tuple[SourceList, ...]:
    """The first list is ours, the others are others'."""
    found = []
    for number, one in enumerate(case.lists):
        kind, reference = OWN if number == 0 else (SourceKind.OTHER, f"List/{number}")
        lines = tuple(source_line(line, kind, reference) for line in one.lines)
        found.append(SourceList(reference, kind, one.source, "", AT, Said.LINES, lines))
    return tuple(found)


def signed(found: Agenda, chosen: dict[str, Choice]) -> Signed:
    versions = {f"MedicationStatement/{line.id}": 1 for line in found.sources[0].lines}
    number = itertools.count()
    who = {"reference": "Practitioner/ida"}
    signer = Signer(who, who, AT, "s")
    own: dict[str, Any] = {"resourceType": "List", "id": "own"}
    return sign(
        found, chosen, Standing("p", own, versions | {"List/own": 1}), signer, lambda: f"new-{next(number)}"
    )


MADE = [read_case(one) for one in cases(11, 150)]
JUDGED = [(case, agenda(told(case), case)) for case in MADE]


def test_every_line_stands_in_one_row_and_every_disagreement_in_one_with_answers() -> None:
    for case, found in JUDGED:
        ids = [line.id for row in found.rows for cell in row.cells for line in cell.lines]
        assert sorted(ids) == sorted(line.id for one in case.lists for line in one.lines), case.id
        for row in found.rows:
            assert bool(row.options) == (row.kind is RowKind.DISAGREEMENT), case.id
            assert len({o.key for o in row.options}) == len(row.options), case.id
            assert not row.options or (len(row.options) >= 2 and row.options[-1].act is Act.CLARIFY), case.id
        counted = {line for f in reconcile(case) if f.counted for line in f.lines}
        judged = {x.id for row in found.of(RowKind.DISAGREEMENT) for cell in row.cells for x in cell.lines}
        assert counted <= judged, case.id


@pytest.mark.parametrize("seed", range(4))
def test_what_we_had_is_kept_or_stopped_by_an_answer_and_nothing_comes_by_itself(seed: int) -> None:
    chance = random.Random(seed)
    for case, found in JUDGED:
        rows = found.of(RowKind.DISAGREEMENT)
        chosen = {row.key: Choice(row.key, chance.choice(row.options).key, "Sagt av lege") for row in rows}
        outcome = signed(found, chosen)
        statements = {w.id: w.resource for w in outcome.writes if w.type == "MedicationStatement"}
        (new,) = (w.resource for w in outcome.writes if w.type == "List")
        entries = [e["item"]["reference"].removeprefix("MedicationStatement/") for e in new.get("entry", ())]
        for row in found.rows:
            option = row.option(chosen[row.key].option) if row.key in chosen else None
            for line in row.own:
                if line.use is Use.STOPPED:
                    continue
                gone = statements[line.id]["status"] == "stopped"
                assert gone != (line.id in entries), case.id
                assert not gone or (option is not None and option.act in GONE), case.id
        taken = sum(row.option(chosen[row.key].option).act is Act.TAKE for row in rows)  # type: ignore[union-attr]
        assert taken or all(not id.startswith("new-") for id in entries), case.id
        assert len(entries) == len(set(entries)) == tally(found, chosen).after, case.id


def test_one_answer_less_is_no_signature() -> None:
    for _, found in JUDGED:
        rows = found.of(RowKind.DISAGREEMENT)
        if rows:
            chosen = {row.key: Choice(row.key, row.options[0].key, "Sagt av lege") for row in rows[1:]}
            assert not unreasoned(found, chosen)
            with pytest.raises(Problem, match="vurdert"):
                signed(found, chosen)
