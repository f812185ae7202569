"""What a person has chosen so far, kept as a draft in the record: a Task of her own that stands in nobody's list.

Spec: https://hl7.org/fhir/R4/task.html (status `draft`). Whether a choice may be made does not belong here.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from akson.care.fhir_json import Resource, reference
from akson.care.medication.reconciled.agenda import Act, Agenda, Row, RowKind

TASKS = "https://akson.no/fhir/CodeSystem/task"
CODE = "medication-reconciliation"
REASON_MAX = 500
_DRAFTS = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/care/medication/reconciled/draft")


@dataclass(frozen=True, slots=True)
class Choice:
    row: str
    """`Row.key`."""
    option: str
    """`Option.key`; "" when only a reason is typed yet."""
    reason: str = ""


Choices = Mapping[str, Choice]


def draft_id(patient: str, actor: str) -> str:
    """One draft for each person and patient: two who work at once do not write into each other's."""
    return str(uuid.uuid5(_DRAFTS, f"{patient}|{actor}"))


def draft(
    patient: str, actor: Resource, choices: Iterable[Choice], at: datetime, *, done: bool = False
) -> Resource:
    """The draft as a Task. `actor` is a Reference."""
    said = [c for c in choices if c.option or c.reason]
    return {
        "resourceType": "Task",
        "id": draft_id(patient, reference(actor)),
        "status": "completed" if done else "draft",
        "intent": "plan",
        "code": {"coding": [{"system": TASKS, "code": CODE}], "text": "Legemiddelsamstemming, utkast"},
        "for": {"reference": f"Patient/{patient}"},
        "owner": actor,
        "lastModified": at.isoformat(timespec="seconds"),
        **(
            {
                "input": [
                    {"type": {"text": f"{c.row}|{part}"}, "valueString": said}
                    for c in said
                    for part, said in (("valg", c.option), ("grunn", c.reason))
                    if said
                ]
            }
            if said and not done
            else {}
        ),
    }


def drafted(task: Resource | None) -> dict[str, Choice]:
    """Back from the Task; {} from none, and from one that is signed."""
    if not task or task.get("status") != "draft":
        return {}
    found: dict[str, Choice] = {}
    for one in task.get("input") or []:
        row, _, part = str((one.get("type") or {}).get("text", "")).partition("|")
        before = found.get(row, Choice(row, ""))
        said = str(one.get("valueString", ""))
        found[row] = Choice(row, said, before.reason) if part == "valg" else Choice(row, before.option, said)
    return found


def valid(agenda: Agenda, choices: Choices) -> dict[str, Choice]:
    """Those that still answer a row as it stands; what was chosen of other words falls away."""
    return {
        row.key: choice
        for row in agenda.rows
        if (choice := choices.get(row.key)) and (not choice.option or row.option(choice.option))
    }


def unchosen(agenda: Agenda, choices: Choices) -> tuple[Row, ...]:
    return tuple(
        row
        for row in agenda.of(RowKind.DISAGREEMENT)
        if not ((choice := choices.get(row.key)) and row.option(choice.option))
    )


def unreasoned(agenda: Agenda, choices: Choices) -> tuple[Row, ...]:
    """Rows that keep or begin what she has said that she does not tolerate, without a word of why."""
    return tuple(row for row in agenda.rows if row.grave and (c := choices.get(row.key)) and _in_use(row, c))


def _in_use(row: Row, choice: Choice) -> bool:
    option = row.option(choice.option)
    return option is not None and option.act in (Act.KEEP, Act.ONLY, Act.TAKE) and not choice.reason.strip()
