"""A municipality from a seed: people who live somewhere, staff at work with the noise of real days, and planted snooping.

The noise is what makes innocent looks resemble snooping: substitutes, night shifts that cover several units, emergencies
without an act, calls about a patient in the corridor, self-declared relations, wrong names that are turned away, late
documentation, a big accident that many open, coordinators who go through whole lists, neighbours and relatives who are
rightly on one's own round. The snooping is not all clumsy either: some of it is done within the shift, through the unit's
own relation, or covered by a small entry.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random

from akson.audit.patterns.rows import Kind, Look, Opening, Resident, Staff, Surroundings

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
PEOPLE_PER_STAFF = 10
HOUSES_PER_STREET = 40
STREETS_PER_DISTRICT = 4
STAFF_PER_UNIT = 25
SNOOPS_PER_KIND = 0.02
"""Of each relational kind, as a share of the staff, in the whole period."""
NAMES = 180
ROLES = (("nurse", 0.55), ("assistant", 0.25), ("caseworker", 0.08), ("doctor", 0.04), ("coordinator", 0.08))
SHIFTS = ((7, 0.5), (14, 0.3), (22, 0.2))


@dataclass(frozen=True, slots=True)
class Planted:
    kind: Kind
    actor: str
    patients: frozenset[str]


@dataclass(slots=True)
class Municipality:
    looks: list[Look]
    around: Surroundings
    planted: list[Planted]
    staff: int
    days: int


@dataclass(slots=True)
class _Person:
    id: str
    street: int
    number: int
    name: int


@dataclass(slots=True)
class _Worker:
    id: str
    person: _Person
    unit: int
    role: str
    round: list[str] = field(default_factory=list)


def municipality(seed: int, *, staff: int = 500, days: int = 20) -> Municipality:
    """The same seed gives the same looks."""
    return _Maker(Random(seed), staff, days).made()  # noqa: S311 - repeatable on purpose


class _Maker:
    def __init__(self, chance: Random, staff: int, days: int) -> None:
        self.chance = chance
        self.days = days
        self.units = max(2, staff // STAFF_PER_UNIT)
        self.looks: list[Look] = []
        self.planted: list[Planted] = []
        self.people = self._people(staff * PEOPLE_PER_STAFF)
        self.lists = self._lists()
        self.workers = self._workers(staff)
        self.by_unit: defaultdict[int, list[_Worker]] = defaultdict(list)
        for worker in self.workers:
            self.by_unit[worker.unit].append(worker)
        self.everyone = [person.id for person in self.people]
        self.shift_of: dict[tuple[str, int], datetime] = {}
        self.former: dict[str, frozenset[str]] = {}
        self.relatives: dict[str, frozenset[str]] = {}
        self.celebrities: set[str] = set()

    def made(self) -> Municipality:
        self._ties()
        for worker in self.workers:
            for day in range(self.days):
                if self.chance.random() < 0.6:
                    self._shift(worker, day)
        self._accident()
        self._snooping()
        staff = {w.id: self._staff(w) for w in self.workers}
        residents = {
            p.id: Resident(_home(p.street, p.number), _hash(f"name {p.name}"), p.id in self.celebrities)
            for p in self.people
        }
        return Municipality(
            self.looks, Surroundings(staff, residents), self.planted, len(self.workers), self.days
        )

    def _people(self, count: int) -> list[_Person]:
        people: list[_Person] = []
        streets = max(self.units * STREETS_PER_DISTRICT, count // 90)
        while len(people) < count:
            street, number = self.chance.randrange(streets), self.chance.randint(1, HOUSES_PER_STREET)
            name = self.chance.randrange(NAMES)
            for _ in range(self.chance.choice((1, 1, 2, 2, 3, 4))):
                own = name if self.chance.random() < 0.75 else self.chance.randrange(NAMES)
                people.append(_Person(f"p{len(people)}", street, number, own))
        return people

    def _lists(self) -> list[list[str]]:
        """Those who get help from each unit: by district, some from elsewhere."""
        lists: list[list[str]] = [[] for _ in range(self.units)]
        for person in self.people:
            if self.chance.random() < 0.13:
                district = (person.street // STREETS_PER_DISTRICT) % self.units
                unit = district if self.chance.random() < 0.85 else self.chance.randrange(self.units)
                lists[unit].append(person.id)
        return lists

    def _workers(self, count: int) -> list[_Worker]:
        roles, weights = [name for name, _ in ROLES], [weight for _, weight in ROLES]
        chosen = self.chance.sample(self.people, count)
        workers = []
        for n, person in enumerate(chosen):
            unit = n % self.units
            if self.chance.random() < 0.15:
                # Many work where they live.
                unit = (person.street // STREETS_PER_DISTRICT) % self.units
            role = self.chance.choices(roles, weights)[0]
            patients = self.lists[unit]
            chosen_round = self.chance.sample(patients, min(len(patients), 14))
            workers.append(_Worker(f"s{n}", person, unit, role, chosen_round))
        return workers

    def _ties(self) -> None:
        """Next of kin of the staff: their households, and some who were married to them."""
        household: defaultdict[tuple[int, int], list[_Person]] = defaultdict(list)
        for person in self.people:
            household[person.street, person.number].append(person)
        for worker in self.workers:
            home = household[worker.person.street, worker.person.number]
            kin = {p.id for p in home if p is not worker.person and p.name == worker.person.name}
            if self.chance.random() < 0.4:
                kin.add(self.chance.choice(self.everyone))
            self.relatives[worker.id] = frozenset(kin)
            if self.chance.random() < 0.25:
                self.former[worker.id] = frozenset({self.chance.choice(self.everyone)})
        self.celebrities = set(self.chance.sample(self.everyone, 4))
        # One of them gets help from the municipality like anybody else.
        self.lists[0].append(next(iter(sorted(self.celebrities))))

    def _shift(self, worker: _Worker, day: int) -> None:
        chance = self.chance
        hour = chance.choices([h for h, _ in SHIFTS], [w for _, w in SHIFTS])[0]
        if worker.role in ("caseworker", "coordinator", "doctor"):
            hour = 8
        start = FIRST_DAY + timedelta(days=day, hours=hour)
        self.shift_of[worker.id, day] = start
        unit, ordinary = worker.unit, list(worker.round)
        if chance.random() < 0.06:
            unit = chance.randrange(self.units)
            ordinary = chance.sample(self.lists[unit], min(len(self.lists[unit]), 12))
        if worker.role == "caseworker":
            for _ in range(chance.randint(6, 16)):
                self._visit(worker, unit, chance.choice(self.everyone), start, Opening.ORDINARY, 0.6)
        elif worker.role == "coordinator":
            for patient in chance.sample(self.lists[unit], int(len(self.lists[unit]) * 0.7)):
                self._visit(worker, unit, patient, start, Opening.ORDINARY, 0.2)
        elif hour == 22:
            covered = [*self.lists[unit], *self.lists[(unit + 1) % self.units]]
            for _ in range(chance.randint(4, 10)):
                self._visit(worker, unit, chance.choice(covered), start, Opening.ORDINARY, 0.65)
            for _ in range(chance.choice((0, 0, 0, 1))):
                self._visit(worker, unit, chance.choice(self.everyone), start, Opening.EMERGENCY, 0.85)
        elif ordinary:
            for patient in chance.sample(ordinary, min(len(ordinary), chance.randint(7, 12))):
                self._visit(worker, unit, patient, start, Opening.ORDINARY, 0.88)
        self._noise(worker, unit, start)

    def _noise(self, worker: _Worker, unit: int, start: datetime) -> None:
        chance = self.chance
        if self.lists[unit] and chance.random() < 0.4:
            # A colleague asks in the corridor.
            self._visit(worker, unit, chance.choice(self.lists[unit]), start, Opening.ORDINARY, 0.0)
        if chance.random() < 0.03:
            self._visit(worker, unit, chance.choice(self.everyone), start, Opening.DECLARED, 0.75)
        if chance.random() < 0.03:
            # The wrong person of that name.
            self._look(worker, unit, chance.choice(self.everyone), self._during(start), Opening.REFUSED)
        if worker.round and chance.random() < 0.08:
            # Written at home, or long after the shift.
            late = start + timedelta(hours=chance.uniform(9, 13))
            self._look(worker, unit, chance.choice(worker.round), late, Opening.ORDINARY, act=True)

    def _visit(
        self, worker: _Worker, unit: int, patient: str, start: datetime, opening: Opening, writes: float
    ) -> None:
        at = self._during(start)
        for n in range(self.chance.choice((1, 1, 2, 3))):
            self._look(worker, unit, patient, at + timedelta(minutes=2 * n), opening)
        if self.chance.random() < writes:
            self._look(worker, unit, patient, at + timedelta(minutes=8), opening, act=True)

    def _during(self, start: datetime) -> datetime:
        return start + timedelta(minutes=self.chance.uniform(5, 7.5 * 60))

    def _look(
        self, worker: _Worker, unit: int, patient: str, at: datetime, opening: Opening, *, act: bool = False
    ) -> None:
        self.looks.append(Look(at, worker.id, patient, worker.role, f"u{unit}", opening, act))

    def _accident(self) -> None:
        """Many open one patient in an emergency, most of them for good reason."""
        for _ in range(2):
            day, patient = self.chance.randrange(self.days), self.chance.choice(self.everyone)
            on_duty = [w for w in self.workers if (w.id, day) in self.shift_of]
            for worker in self.chance.sample(on_duty, min(len(on_duty), 8)):
                start = self.shift_of[worker.id, day]
                self._visit(worker, worker.unit, patient, start, Opening.EMERGENCY, 0.85)

    def _snooping(self) -> None:
        count = max(6, round(len(self.workers) * SNOOPS_PER_KIND))
        at_home: defaultdict[int, list[_Person]] = defaultdict(list)
        for person in self.people:
            at_home[person.street].append(person)
        victims = {
            Kind.NEIGHBOUR: lambda w: [
                p.id for p in at_home[w.person.street] if 0 < abs(p.number - w.person.number) <= 2
            ],
            Kind.COLLEAGUE: lambda w: [o.person.id for o in self.by_unit[w.unit] if o is not w],
            Kind.FAMILY: lambda w: sorted(self.former.get(w.id, frozenset()) | self.relatives[w.id]),
            Kind.CELEBRITY: lambda _: sorted(self.celebrities),
        }
        for kind, of in victims.items():
            for worker in self.chance.sample(self.workers, len(self.workers)):
                if sum(p.kind is kind for p in self.planted) >= count:
                    break
                if choices := of(worker):
                    self._snoop(kind, worker, self.chance.choice(choices))
        self._news()
        for worker in self.chance.sample(self.workers, count):
            self._browse(worker)

    def _news(self) -> None:
        """Somebody is in the papers, and nobody had labelled her."""
        patient = self.chance.choice(self.everyone)
        for worker in self.chance.sample(self.workers, 10):
            self._snoop(Kind.CELEBRITY, worker, patient, day=min(3, self.days - 1))

    def _snoop(self, kind: Kind, worker: _Worker, patient: str, *, day: int | None = None) -> None:
        chance = self.chance
        listed = patient in self.lists[worker.unit]
        opening = (
            Opening.ORDINARY
            if listed or chance.random() < 0.1
            else chance.choices((Opening.DECLARED, Opening.EMERGENCY, Opening.REFUSED), (0.55, 0.15, 0.3))[0]
        )
        covered = chance.random() < 0.04
        for _ in range(chance.choice((1, 1, 2, 3))):
            when = day if day is not None else chance.randrange(self.days)
            start = self.shift_of.get((worker.id, when))
            if start is not None and chance.random() < 0.8:
                at = self._during(start)
            else:
                at = FIRST_DAY + timedelta(days=when, hours=chance.uniform(6, 23))
            for n in range(chance.randint(1, 4)):
                self._look(worker, worker.unit, patient, at + timedelta(minutes=n), opening)
            if covered:
                self._look(worker, worker.unit, patient, at + timedelta(minutes=6), opening, act=True)
        self.planted.append(Planted(kind, worker.id, frozenset({patient})))

    def _browse(self, worker: _Worker) -> None:
        """Most in one go; one in five over three days, a little at a time."""
        chance = self.chance
        slowly = chance.random() < 0.2
        seen: set[str] = set()
        first = chance.randrange(self.days - 2)
        for when in range(first, first + (3 if slowly else 1)):
            start = self.shift_of.get((worker.id, when)) or FIRST_DAY + timedelta(days=when, hours=8)
            patients = chance.sample(
                self.everyone, chance.randint(14, 25) if slowly else chance.randint(25, 80)
            )
            opening = chance.choice((Opening.ORDINARY, Opening.DECLARED, Opening.REFUSED))
            for patient in patients:
                self._look(worker, worker.unit, patient, self._during(start), opening)
            seen.update(patients)
        self.planted.append(Planted(Kind.BROWSING, worker.id, frozenset(seen)))

    def _staff(self, worker: _Worker) -> Staff:
        home = worker.person
        return Staff(
            f"u{worker.unit}",
            home.id,
            _home(home.street, home.number),
            frozenset(_home(home.street, home.number + n) for n in (-2, -1, 1, 2)),
            _hash(f"name {home.name}"),
            self.relatives[worker.id],
            self.former.get(worker.id, frozenset()),
        )


def _home(street: int, number: int) -> bytes:
    return _hash(f"{street} {number}")


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()[:8]
