"""What is known of one patient when the house asks what to do: gathered through the door, as resources.

The visits and holds that may still matter, and all of her stays, messages, decisions and tasks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from akson.access.actor import Actor, ActorKind
from akson.access.scopes import read_scopes
from akson.app.pathways.reading import found
from akson.app.pathways.receipts import Receipts, no_receipts
from akson.care.casework import beds
from akson.care.casework.rows import BED_HOLD, VISIT, is_a
from akson.care.contacts.residence import Residence, residences
from akson.care.fhir_json import Resource, instant
from akson.care.medication.administration import watch
from akson.care.pathway.said import Receipt
from akson.fhir.search.parsing import parse
from akson.record.session import RecordSession

LOOK_BACK = timedelta(days=120)
"""A stay that began before is over for visits and holds."""
FOLLOWED = ("Appointment", "Communication", "Encounter", "EpisodeOfCare", "Patient", "ServiceRequest", "Task")
"""Types whose change may mean something to a stay, a visit or a bed."""
_SCOPES = (
    "system/Appointment.crus system/Communication.rs system/Encounter.rs system/Location.rus system/Patient.rs "
    "system/ServiceRequest.rs system/Task.crus system/Organization.rs system/PractitionerRole.rs "
    "system/List.rs system/MedicationStatement.rs system/MedicationAdministration.rs system/EpisodeOfCare.rs"
)
_DIED = "exp"


def actor(tenant: int) -> Actor:
    """The house itself, held by scopes to what pathways need: it books, holds and asks. It writes nothing else."""
    scopes, _ = read_scopes(_SCOPES)
    return Actor(kind=ActorKind.SYSTEM, id="pathways", name="Forløp i kommunen", tenant=tenant, scopes=scopes)


@dataclass(frozen=True, slots=True)
class PatientFacts:
    patient: Resource
    encounters: tuple[Resource, ...]
    communications: tuple[Resource, ...]
    decisions: tuple[Resource, ...]
    tasks: tuple[Resource, ...]
    visits: tuple[Resource, ...]
    holds: tuple[Resource, ...]
    """Of beds, also those that are over: she was there, and not at home."""
    beds: tuple[Resource, ...]
    """The Locations that the holds which stand are on."""
    leaders: tuple[Resource, ...] = ()
    """PractitionerRoles of those who lead a unit of the house."""
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    """Of what we sent, by `Communication/…`."""
    given: tuple[Resource, ...] = ()
    """MedicationAdministrations of the last week, where visits stand today or yesterday, or she lives in the house."""
    medicines: tuple[Resource, ...] = ()
    """Lists and MedicationStatements, where the house has given her any."""
    residences: tuple[Residence, ...] = ()
    """Where she lives with somebody around the clock; not asked of who is visited and given no medicines."""

    @property
    def reference(self) -> str:
        return f"Patient/{self.patient['id']}"

    @property
    def died(self) -> datetime | None:
        """As the register of persons says, else as a hospital did."""
        told = instant(self.patient.get("deceasedDateTime"))
        return told or min((t for t in map(_died_in, self.encounters) if t), default=None)


def _died_in(encounter: Resource) -> datetime | None:
    ended = (encounter.get("hospitalization") or {}).get("dischargeDisposition") or {}
    codes = [c.get("code") for c in ended.get("coding") or []]
    if encounter.get("status") != "finished" or _DIED not in codes:
        return None
    return instant((encounter.get("period") or {}).get("end"))


async def gather(
    session: RecordSession, patient: str, now: datetime, receipts: Receipts = no_receipts
) -> PatientFacts | None:
    """None for somebody who is not there."""
    known = await found(session, parse("Patient", [("_id", patient)]))
    if not known:
        return None

    async def of(type: str, *more: tuple[str, str]) -> tuple[Resource, ...]:
        asked = parse(type, [("patient", patient), ("_count", "500"), *more])
        return tuple(await found(session, asked))

    since = (now - LOOK_BACK).isoformat(timespec="seconds")
    appointments = await of("Appointment", ("date", f"ge{since}"))
    holds = tuple(a for a in appointments if is_a(a, BED_HOLD))
    communications = await of("Communication")
    visits = tuple(a for a in appointments if is_a(a, VISIT))
    week = (now - watch.GIVES_SINCE).isoformat(timespec="seconds")
    given: tuple[Resource, ...] = ()
    lives: tuple[Residence, ...] = ()
    expected = bool(_visited(visits, now) or beds.standing(holds))
    if expected:
        given = await of("MedicationAdministration", ("effective-time", f"ge{week}"))
    if given or not expected:
        lives = residences(await of("EpisodeOfCare"))
    if not expected and any(one.covers(now) for one in lives):
        given = await of("MedicationAdministration", ("effective-time", f"ge{week}"))
    return PatientFacts(
        patient=known[0],
        encounters=await of("Encounter"),
        communications=communications,
        decisions=await of("ServiceRequest"),
        tasks=await of("Task"),
        visits=visits,
        holds=holds,
        beds=await _places(session, beds.standing(holds)),
        leaders=await _leaders(session) if communications else (),
        receipts=await receipts(communications),
        given=given,
        medicines=(*await of("List"), *await of("MedicationStatement")) if given else (),
        residences=lives,
    )


def _visited(visits: Iterable[Resource], now: datetime) -> bool:
    """Whether a dose may have been missed since yesterday, or may be before the next look."""
    starts = (instant(visit.get("start")) for visit in visits)
    return any(abs(start - now) <= 2 * watch.BACK for start in starts if start)


async def _leaders(session: RecordSession) -> tuple[Resource, ...]:
    roles = await found(session, parse("PractitionerRole", [("role", "leader"), ("_count", "100")]))
    return tuple(r for r in roles if r.get("active", True) and "practitioner" in r)


async def _places(session: RecordSession, holds: Iterable[Resource]) -> tuple[Resource, ...]:
    ids = sorted({beds.bed_of(hold) for hold in holds} - {""})
    return tuple(await found(session, parse("Location", [("_id", ",".join(ids))]))) if ids else ()
