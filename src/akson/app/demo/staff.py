"""Those who work in Storvik: the cast who can log in, and colleagues who only appear by name.

Logins and units of the cast are said by `akson.app.cast`; here is what they are authorised as, and who works beside them.
"""

from dataclasses import dataclass

from akson.access.actor import ActorKind
from akson.app.cast import CAST, ORGANISATIONS

PATIENTS_PER_GP = 1_100


@dataclass(frozen=True, slots=True)
class Employee:
    id: str
    name: str
    role: str
    """`nurse`, `health-worker`, `gp`, …: a code of Akson's role list."""
    unit: str
    """Organization id."""
    hpr: str = ""

    @property
    def profession(self) -> str:
        """Code in 9060, or "" for one whose work needs no authorisation."""
        return {"nurse": "SP", "doctor": "LE", "gp": "LE", "health-worker": "HF"}.get(self.role, "")

    @property
    def reference(self) -> str:
        return f"Practitioner/{self.id}"


COLLEAGUES = (
    Employee("aisha-karim", "Aisha Karim", "health-worker", "hjemmetjenesten-ost", "9900021"),
    Employee("jon-lie", "Jon Lie", "health-worker", "hjemmetjenesten-ost", "9900022"),
    Employee("bente-rud", "Bente Rud", "nurse", "hjemmetjenesten-vest", "9900023"),
    Employee("tomas-wojcik", "Tomas Wojcik", "health-worker", "hjemmetjenesten-vest", "9900024"),
    Employee("ragnhild-foss", "Ragnhild Foss", "nurse", "storvik-sykehjem", "9900025"),
    Employee("ali-rahimi", "Ali Rahimi", "nurse", "storvik-sykehjem", "9900026"),
    Employee("unni-sand", "Unni Sand", "health-worker", "storvik-sykehjem", "9900027"),
    Employee("henrik-moe", "Henrik Moe", "gp", "torget-legesenter", "9900031"),
    Employee("linh-tran", "Linh Tran", "gp", "torget-legesenter", "9900032"),
    Employee("sigurd-hals", "Sigurd Hals", "gp", "torget-legesenter", "9900033"),
)


def _unit_of(organisations: tuple[str, ...]) -> str:
    return organisations[0].removeprefix("Organization/")


EMPLOYEES: dict[str, Employee] = {
    **{
        actor.id: Employee(actor.id, actor.name, actor.role, _unit_of(actor.organisations), actor.hpr)
        for actor in CAST.values()
        if actor.kind is ActorKind.PRACTITIONER
    },
    **{colleague.id: colleague for colleague in COLLEAGUES},
}
NAMES: dict[str, str] = {employee.id: employee.name for employee in EMPLOYEES.values()}
UNIT_NAMES: dict[str, str] = {id: facts[0] for id, facts in ORGANISATIONS.items()}
GENERAL_PRACTITIONERS = ("grete", "henrik-moe", "linh-tran", "sigurd-hals")


def at_the_bedside(unit: str) -> tuple[Employee, ...]:
    """Who writes notes and makes visits in a unit."""
    return tuple(e for e in EMPLOYEES.values() if e.unit == unit and e.role in ("nurse", "health-worker"))


def general_practitioner(place: int) -> str:
    """Grete takes the first thousand; a list has a limit, so larger stages fill her colleagues' lists too."""
    return GENERAL_PRACTITIONERS[min(place // PATIENTS_PER_GP, len(GENERAL_PRACTITIONERS) - 1)]
