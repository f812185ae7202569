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
    shift: tuple[str, str] = ("", "")
    """When her visits are, `07:00`, `15:00`; "" for at any time of day."""

    def works_at(self, clock: str) -> bool:
        return not self.shift[0] or self.shift[0] <= clock < self.shift[1]

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

DAY, EVENING = ("07:00", "15:00"), ("14:30", "22:30")
_EAST, _WEST = "hjemmetjenesten-ost", "hjemmetjenesten-vest"
_NURSES = {
    _EAST: (
        *(
            "Nora Vik",
            "Fatima Noor",
            "Petter Dal",
            "Randi Myhre",
            "Amir Hassan",
            "Tuva Engen",
            "Stine Moe",
            "Leif Aune",
        ),
        *("Camilla Ruud", "Ahmed Farah"),
    ),
    _WEST: (
        *(
            "Mina Holt",
            "Grethe Ness",
            "Erik Sunde",
            "Sofie Aas",
            "Karl Brekke",
            "Heidi Lunde",
            "Anders Kro",
            "Marte Lie",
        ),
        *("Oskar Wold",),
    ),
}
_HEALTH_WORKERS = {
    _EAST: (
        *(
            "Samuel Berg",
            "Ola Haug",
            "Eli Strand",
            "Inger Lund",
            "Jonas Vang",
            "Hilde Roa",
            "Musa Diallo",
            "Vera Lien",
        ),
        *("Tone Bakke", "Gro Fjeld", "Emil Sve", "Laila Nes"),
    ),
    _WEST: (
        *(
            "Yusuf Aden",
            "Ivar Kvam",
            "Lena Moen",
            "Berit Tveit",
            "Dag Olsen",
            "Anja Sand",
            "Noah Teig",
            "Wenche Bø",
        ),
        *("Kim Dahle", "Astri Hove", "Simen Rog"),
    ),
}
ON_THE_ROUND = tuple(
    Employee(f"runde-{number}", name, role, unit, f"99001{number:02d}", EVENING if number % 3 == 0 else DAY)
    for number, (role, unit, name) in enumerate(
        (
            (role, unit, name)
            for role, by_unit in (("nurse", _NURSES), ("health-worker", _HEALTH_WORKERS))
            for unit, names in by_unit.items()
            for name in names
        ),
        start=1,
    )
)
"""Who only makes visits: as many as a day needs, so that it can be planned (`tests/demo/test_round_is_feasible.py`)."""


def _unit_of(organisations: tuple[str, ...]) -> str:
    return organisations[0].removeprefix("Organization/")


EMPLOYEES: dict[str, Employee] = {
    **{
        actor.id: Employee(actor.id, actor.name, actor.role, _unit_of(actor.organisations), actor.hpr)
        for actor in CAST.values()
        if actor.kind is ActorKind.PRACTITIONER
    },
    **{colleague.id: colleague for colleague in (*COLLEAGUES, *ON_THE_ROUND)},
}
NAMES: dict[str, str] = {employee.id: employee.name for employee in EMPLOYEES.values()}
UNIT_NAMES: dict[str, str] = {id: facts[0] for id, facts in ORGANISATIONS.items()}
GENERAL_PRACTITIONERS = ("grete", "henrik-moe", "linh-tran", "sigurd-hals")


def at_the_bedside(unit: str) -> tuple[Employee, ...]:
    """Who writes notes in a unit, and makes visits."""
    caring = (e for e in EMPLOYEES.values() if e.unit == unit and e.role in ("nurse", "health-worker"))
    return tuple(e for e in caring if e not in ON_THE_ROUND)


def on_the_round(unit: str) -> tuple[Employee, ...]:
    """All who make visits in a unit."""
    return (*at_the_bedside(unit), *(e for e in ON_THE_ROUND if e.unit == unit))


def general_practitioner(place: int) -> str:
    """Grete takes the first thousand; a list has a limit, so larger stages fill her colleagues' lists too."""
    return GENERAL_PRACTITIONERS[min(place // PATIENTS_PER_GP, len(GENERAL_PRACTITIONERS) - 1)]
