"""Random histories of one move: each side acts on what it knows, post is lost, doubled and comes in any order.

Whatever happens, both come to the same, nobody is let go before somebody has taken over, and a withdrawal stands.
"""

import itertools
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from akson.fhir.problem import Problem
from akson.sharing.moves.steps import (
    BY_NEW,
    BY_OLD,
    Form,
    Kind,
    Move,
    Side,
    Stage,
    Step,
    Why,
    check,
    check_period,
    may,
    move_of,
)

HISTORIES = 3_000
DAY = timedelta(days=1)
START = datetime(2026, 11, 27, 8, tzinfo=UTC)


class World:
    """Two houses, each with the steps it holds; what has been sent lies in the post until it comes, or is lost."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.held: dict[Side, set[Step]] = {Side.OLD: set(), Side.NEW: set()}
        self.now = START
        self.made = 0

    def move(self, side: Side) -> Move:
        return move_of(self.held[side])

    def act(self) -> None:
        side = self.random.choice((Side.OLD, Side.NEW))
        move = self.move(side)
        kinds = [k for k in (BY_OLD if side is Side.OLD else BY_NEW) if may(move, k, self.now)]
        if not kinds:
            return
        kind = self.random.choice(sorted(kinds))
        self.made += 1
        number = move.next_number(side)
        says = self.says(kind, move)
        self.held[side].add(Step(f"s{self.made}", side, number, kind, self.now, "Noen", "999", says))

    def says(self, kind: Kind, move: Move) -> dict[str, object]:
        date = self.now + DAY * self.random.randrange(1, 20)
        if kind is Kind.PLANNED:
            form = self.random.choice(list(Form))
            until = date + DAY * 10 if form is Form.STAY else None
            return {"form": form.value, "old": "1", "new": "2", **self.period(date, until)}
        if kind is Kind.POSTPONED:
            return self.period(date, date + DAY * 10 if move.form is Form.STAY else None)
        if kind is Kind.OFFERED:
            return {"digest": f"d{self.made}", "decision": "akson-1"}
        if kind is Kind.WITHDRAWN:
            return {"why": self.random.choice(list(Why)).value}
        return {"answers": move.offer}

    @staticmethod
    def period(date: datetime, until: datetime | None) -> dict[str, str]:
        return {"date": date.isoformat(), **({"until": until.isoformat()} if until else {})}

    def carry(self) -> None:
        """Some of what one side has comes to the other; the rest is lost, and sent again another time."""
        here, there = self.random.sample((Side.OLD, Side.NEW), 2)
        some = [s for s in sorted(self.held[here], key=lambda s: s.id) if self.random.random() < 0.6]
        self.random.shuffle(some)
        self.held[there].update(some)

    def mend(self) -> None:
        both = self.held[Side.OLD] | self.held[Side.NEW]
        self.held = {side: set(both) for side in Side}

    def step(self) -> None:
        self.now += timedelta(hours=self.random.randrange(1, 60))
        self.random.choice((self.act, self.act, self.carry))()


def instants(move: Move) -> list[datetime]:
    days = [d for d in (move.date, move.until) if d]
    return sorted({START, *(d + e for d in days for e in (-timedelta(seconds=1), timedelta()))})


def check_truths(world: World) -> None:
    old, new = world.move(Side.OLD), world.move(Side.NEW)
    for move in (old, new):
        if move.old_ends is not None:
            assert move.new_has is not None, "let go with nobody who has taken over"
            begins, ends = move.new_has
            assert begins <= move.old_ends and (ends is None or ends > move.old_ends), (
                "somebody has her at any time"
            )
        if move.withdrawn is not None:
            assert move.old_ends is None and move.new_has is None
        for at in instants(move):
            assert not (move.stage(at) is Stage.ARRIVED and move.withdrawn)
    # The old side lets go only on an acceptance that the new side knows of too, since it is the new one's own.
    if old.old_ends is not None and old.answer is not None:
        assert old.answer in world.held[Side.NEW]


@pytest.mark.parametrize("batch", range(4))
def test_whatever_happens_both_come_to_the_same(batch: int) -> None:
    reached: set[Stage] = set()
    for seed in range(batch, HISTORIES, 4):
        world = World(seed)
        for _ in range(world.random.randrange(4, 25)):
            world.step()
            check_truths(world)
        world.mend()
        old = world.move(Side.OLD)
        shuffled = sorted(world.held[Side.OLD], key=lambda s: s.id) * 2
        world.random.shuffle(shuffled)
        assert move_of(shuffled) == old == world.move(Side.NEW), seed
        assert not old.waiting
        if any(s.kind is Kind.WITHDRAWN for s in world.held[Side.OLD]):
            assert old.stage(world.now) is Stage.WITHDRAWN
        reached.update(old.stage(at) for at in (world.now, *instants(old)))
        check_truths(world)
    assert reached == set(Stage), "the histories reach every stage"


def step(side: Side, number: int, kind: Kind, hours: int = 0, **says: object) -> Step:
    return Step(f"{side}{number}{kind}", side, number, kind, START + timedelta(hours=hours), "Ida", "1", says)


PLAN = {"form": "move", "old": "1", "new": "2", "date": (START + 10 * DAY).isoformat()}
PLANNED = step(Side.OLD, 1, Kind.PLANNED, **PLAN)
OFFERED = step(Side.OLD, 2, Kind.OFFERED, 1, digest="d", decision="x")
ACCEPTED = step(Side.NEW, 1, Kind.ACCEPTED, 2, answers=2)


def test_a_new_date_waits_for_a_new_answer() -> None:
    later = step(Side.OLD, 3, Kind.POSTPONED, 3, date=(START + 20 * DAY).isoformat())
    accepted = move_of([PLANNED, OFFERED, ACCEPTED])
    assert accepted.old_ends == START + 10 * DAY
    postponed = move_of([PLANNED, OFFERED, ACCEPTED, later])
    assert postponed.stage(START + 11 * DAY) is Stage.OFFERED and postponed.old_ends is None
    again = move_of([PLANNED, OFFERED, ACCEPTED, later, step(Side.NEW, 2, Kind.ACCEPTED, 4, answers=3)])
    assert again.old_ends == START + 20 * DAY


def test_withdrawn_while_it_was_being_accepted() -> None:
    gone = step(Side.OLD, 3, Kind.WITHDRAWN, 2, why="died")
    for order in itertools.permutations([PLANNED, OFFERED, ACCEPTED, gone]):
        assert move_of(order).stage(START + 30 * DAY) is Stage.WITHDRAWN


def test_a_stay_ends_nothing_and_gives_until_its_last_day() -> None:
    stay = step(
        Side.OLD, 1, Kind.PLANNED, **{**PLAN, "form": "stay", "until": (START + 15 * DAY).isoformat()}
    )
    move = move_of([stay, OFFERED, ACCEPTED])
    assert move.old_ends is None
    assert move.new_has == (ACCEPTED.at, START + 15 * DAY)
    assert [move.stage(START + n * DAY) for n in (9, 10, 14, 15)] == [
        Stage.ACCEPTED, Stage.ARRIVED, Stage.ARRIVED, Stage.OVER,
    ]  # fmt: skip


def test_deadlines_and_refusals() -> None:
    sent = move_of([PLANNED, OFFERED])
    assert sent.due(START) == START + timedelta(hours=25) and sent.late(START + timedelta(hours=25))
    assert move_of([PLANNED, OFFERED, ACCEPTED]).due(START) is None
    with pytest.raises(Problem, match="AKS-MOVE-001"):
        check(sent, Kind.PLANNED, START)
    for form, date, until in (
        (Form.MOVE, START, None), (Form.STAY, START + DAY, None), (Form.MOVE, START + DAY, START + 2 * DAY),
    ):  # fmt: skip
        with pytest.raises(Problem, match="AKS-MOVE-002"):
            check_period(form, date, until, START)
