"""A small world for histories of one plan: nodes that edit, are cut off, ask each other twice and in any order.

It knows nothing of how operations are joined. What a plan must say in the end is worked out from what each author had on
her screen (`Screen`), by another way of thinking than `joining.py`'s.
"""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from akson.fhir.problem import Problem
from akson.sharing.plan import editing
from akson.sharing.plan.editing import By
from akson.sharing.plan.joining import SharedPlan, joined
from akson.sharing.plan.operation import CENTRAL, CITIZEN, FEDERATED, Author, Kind, Operation

HOME, HOSPITAL, GP, GUEST = "999977774", "100100673", "200200676", "300300679"
NAMES = {
    HOME: "Storvik kommune",
    HOSPITAL: "Havnes sykehus HF",
    GP: "Torget legesenter",
    GUEST: "Fysio AS",
    CITIZEN: "Per",
}
NODES = (HOME, HOSPITAL, GP)
PARTIES = {HOME: HOME, HOSPITAL: HOSPITAL, GP: GP, GUEST: HOME, CITIZEN: HOME}
"""Party -> whose node it writes through: guest and citizen have none of their own."""
NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
COLOURS = ("green", "yellow", "red")


def author(party: str) -> Author:
    return Author(f"someone-{party}", f"Noen i {NAMES[party]}", "nurse", party, NAMES[party])


@dataclass
class Screen:
    """What stood in the plan when an operation was made."""

    made: Operation
    counted: frozenset[str]
    """Ids of this line that were in force or replaced then, at its author's node."""


@dataclass
class World:
    random: Random
    held: dict[str, dict[str, Operation]] = field(default_factory=lambda: {n: {} for n in NODES})
    """What each node has on its disk."""
    cut: set[frozenset[str]] = field(default_factory=set)
    screens: list[Screen] = field(default_factory=list)
    clock: datetime = NOW
    typed: int = 0
    refused: int = 0
    folded: dict[str, tuple[int, SharedPlan]] = field(default_factory=dict)

    def by(self, party: str) -> By:
        self.clock += timedelta(seconds=self.random.randrange(1, 90))
        # Clocks of different houses go differently; nothing may rest on them.
        skew = timedelta(seconds=self.random.randrange(-600, 600))
        return By(
            author(party), PARTIES[party], self.clock + skew, str(uuid.UUID(int=self.random.getrandbits(128)))
        )

    def plan_at(self, node: str) -> SharedPlan:
        held = self.held[node]
        size, plan = self.folded.get(node, (0, None))
        if plan is None or size != len(held):
            plan = joined(held.values(), "per")
            self.folded[node] = (len(held), plan)
        return plan

    def keep(self, node: str, operation: Operation) -> None:
        self.held[node][operation.id] = operation

    def typed_in(self, node: str, operation: Operation, plan: SharedPlan) -> None:
        counted = {o.id for o in self.held[node].values() if o.line == operation.line}
        counted -= {o.id for o in (*plan.waiting, *plan.late)}
        self.screens.append(Screen(operation, frozenset(counted)))
        self.keep(node, operation)
        self.typed += 1

    def begin(self) -> None:
        first = editing.founded("per", self.random.choice((FEDERATED, CENTRAL)), self.by(HOME))
        self.typed_in(HOME, first, joined([], "per"))
        for party, kinds in ((HOSPITAL, list(Kind)[2:]), (GP, list(Kind)[2:])):
            plan = self.plan_at(HOME)
            self.typed_in(
                HOME, editing.invited(plan, party, NAMES[party], kinds, None, "", self.by(HOME)), plan
            )
        self.talk(HOME, HOSPITAL)
        self.talk(HOME, GP)

    def step(self) -> None:
        act = self.random.choices(
            (self.edit, self.ask, self.cut_or_mend, self.steer), weights=(10, 7, 2, 1.5)
        )[0]
        try:
            act()
        except Problem:
            self.refused += 1

    def edit(self) -> None:
        party = self.random.choice(tuple(PARTIES))
        node = PARTIES[party]
        plan = self.plan_at(node)
        made = self._wanted(plan, party)
        self.typed_in(node, made, plan)

    def _wanted(self, plan: SharedPlan, party: str) -> Operation:
        by, dice = self.by(party), self.random.random()
        standing = list(plan.lines)
        if standing and dice < 0.2:
            return editing.removed(plan, self.random.choice(standing).id, by)
        torn = [one for one in standing if one.conflict]
        if torn and dice < 0.45:
            one = self.random.choice(torn)
            return editing.chosen(plan, one.id, self.random.randrange(len(one.choices)), by)
        if dice < 0.7:
            colour = self.random.choice(COLOURS)
            content = {"colour": colour, "signs": f"tegn {self.random.randrange(3)}", "do": "Ring"}
            return editing.edited(plan, "", Kind.ZONE, content, by)
        line = f"goal-{self.random.randrange(3)}"
        return editing.edited(plan, line, Kind.GOAL, {"text": f"mål {self.random.randrange(3)}"}, by)

    def ask(self) -> None:
        one, other = self.random.sample(NODES, 2)
        self.talk(one, other, part=self.random.random())

    def talk(self, one: str, other: str, part: float = 1.0) -> None:
        """One tells the other some of what it holds, in any order, some of it twice; a cut in the middle loses the rest."""
        if frozenset((one, other)) in self.cut:
            return
        told = list(self.held[one].values())
        self.random.shuffle(told)
        told = told[: max(1, round(len(told) * part))]
        for operation in (*told, *told[:2]):
            self.keep(other, operation)

    def cut_or_mend(self) -> None:
        pair = frozenset(self.random.sample(NODES, 2))
        self.cut ^= {pair}

    def steer(self) -> None:
        plan, dice = self.plan_at(HOME), self.random.random()
        held = self.held[HOME].values()
        if dice < 0.3:
            by = self.by(HOME)
            made = editing.switched(plan, self.random.choice((FEDERATED, CENTRAL)), by)
        elif dice < 0.65:
            party = self.random.choice((HOSPITAL, GP, GUEST))
            made = editing.withdrawn(plan, held, party, self.by(self.random.choice((HOME, CITIZEN))))
        else:
            until = self.clock + timedelta(seconds=self.random.randrange(30, 2000))
            party = self.random.choice((GUEST, GUEST, HOSPITAL, GP))
            kinds = (Kind.GOAL, Kind.COMMENT) if party == GUEST else tuple(Kind)[2:]
            made = editing.invited(
                plan, party, NAMES[party], kinds, until if party == GUEST else None, "", self.by(HOME)
            )
        self.typed_in(HOME, made, plan)

    def mend(self) -> None:
        self.cut.clear()
        for one in NODES:
            for other in NODES:
                if one != other:
                    self.talk(one, other)

    def alive(self, plan: SharedPlan) -> dict[str, set[str]]:
        """Line -> operations that nobody who counts has replaced: by what stood on each author's screen."""
        outside = {o.id for o in (*plan.late, *plan.waiting)}
        inside = [s for s in self.screens if s.made.id not in outside]
        gone: dict[str, set[str]] = {}
        for screen in inside:
            gone.setdefault(screen.made.line, set()).update(screen.counted)
        found: dict[str, set[str]] = {}
        for screen in inside:
            if screen.made.id not in gone.get(screen.made.line, set()):
                found.setdefault(screen.made.line, set()).add(screen.made.id)
        return found
