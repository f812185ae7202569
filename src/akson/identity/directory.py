"""Who somebody is here: what identity asks of the record about professionals and patients. `akson.app` gives the answers."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Practitioner:
    """A professional of the municipality, as the record knows her now."""

    reference: str
    """`Practitioner/ida`."""
    name: str
    role: str = ""
    hpr: str = ""
    organisations: tuple[str, ...] = ()
    """References, nearest first."""
    unit_name: str = ""
    service: str = ""
    """Kind of service worked in, a code of 8663."""
    own_patient: str = ""
    """`Patient/siri` when she is a patient here too."""


class Directory(Protocol):
    """Answers from the record as it is now; nothing of it is remembered longer than a verified token is."""

    async def practitioner(self, tenant: int, *, hpr: str, national_id: str) -> Practitioner | None:
        """The one active professional whom these numbers name; None when there is none, or they name two."""
        ...

    async def active(self, tenant: int, reference: str) -> bool:
        """Whether this professional may go on: she is not known here as one who has left."""
        ...

    async def patients(self, tenant: int, system: str, national_id: str) -> tuple[str, ...]:
        """Ids of the patients with this number; several when records are not merged yet."""
        ...
