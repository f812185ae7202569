"""Whom somebody represents now, on what basis, and which kinds of data that opens: the facts, and the rules' own answer.

Represented('astrid', 'Astrid Bakken', bases=('power-of-attorney',), until=None, sees=('demographic', …))
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from akson.record.acts import letters
from akson.record.judgement import Concerned

if TYPE_CHECKING:
    from akson.record.session import RecordSession

TYPE_OF = {
    "demographic": "Patient",
    "service": "EpisodeOfCare",
    "message": "Communication",
    "clinical": "Observation",
}
"""One type stands for each class of data."""


@dataclass(frozen=True, slots=True)
class Represented:
    patient: str
    name: str
    """"" when not even that may be seen."""
    bases: tuple[str, ...]
    until: datetime | None
    sees: tuple[str, ...]
    """Data classes."""


async def representing(session: "RecordSession") -> tuple[Represented, ...]:
    """Everyone named by the login, also those who may no longer be seen: then nothing is told of them."""
    patients = tuple(r.removeprefix("Patient/") for r in session.actor.on_behalf_of)
    await session.judge.learn(patients)
    found = []
    for patient in patients:
        sees = tuple(
            name
            for name, type in TYPE_OF.items()
            if session.judge.decide("read", Concerned(type, (patient,))).permit
        )
        rows = [
            row
            for row in session.judge.facts(Concerned("Patient", (patient,))).representations
            if row.representative in session.actor.persons
            and (row.valid_from is None or row.valid_from <= session.at)
            and (row.valid_to is None or session.at < row.valid_to)
        ]
        ends = [row.valid_to for row in rows]
        until = max((end for end in ends if end is not None), default=None) if all(ends) else None
        name = await letters.name_of(session, patient) if sees else ""
        found.append(
            Represented(
                patient, name, tuple(dict.fromkeys(r.basis for r in rows)) if sees else (), until, sees
            )
        )
    return tuple(found)
