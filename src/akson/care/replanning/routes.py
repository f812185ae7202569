"""Who makes which visit, and when: routes with time windows by OR-Tools' routing.

Each stop is one person's part of a visit; a visit for two is two stops that `pairs` has given a time and a person each.
Spec of the solver: https://developers.google.com/optimization/routing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from akson.care.replanning.day import Day, Visit
from akson.care.replanning.pairs import Pair

UNMADE = (0, 2_000, 20_000, 200_000)
"""Cost of a visit that nobody makes, by importance; minutes of way are the unit."""
HELD = 5_000_000
"""Cost of losing a stop that is fixed or one of two."""
CHANGED, STRANGER = 45, 20
NEAR, LATE = 10, 2
"""Minutes from the planned time that cost nothing, and the cost of each minute beyond."""


@dataclass(frozen=True, slots=True)
class Stop:
    visit: Visit
    earliest: int
    latest: int
    people: tuple[int, ...]
    """Places in `day.staff` of those who may make it."""
    held: bool


@dataclass(frozen=True, slots=True)
class Routed:
    visit: str
    staff: str
    start: int


def stops(day: Day, pairs: Sequence[Pair]) -> list[Stop]:
    """One per person and visit that anybody may make."""
    place = {person.id: n for n, person in enumerate(day.staff)}
    found: list[Stop] = []
    for visit in day.visits:
        if visit.fixed:
            found += [
                Stop(visit, visit.planned, visit.planned, (place[id],), True)
                for id in visit.staff
                if id in place
            ]
        elif visit.hands == 1:
            may = tuple(n for n, person in enumerate(day.staff) if day.may(person, visit))
            if may:
                found.append(Stop(visit, max(visit.earliest, day.now), visit.latest, may, False))
    found += [Stop(p.visit, p.start, p.start, (place[id],), True) for p in pairs for id in p.staff]
    return found


def routed(day: Day, wanted: Sequence[Stop], *, seconds: float) -> list[Routed]:
    """The stops that could be made. [] when the solver finds no way to hold what is held."""
    if not wanted or not day.staff:
        return []
    model = _Model(day, wanted)
    return model.solved(seconds)


class _Model:
    """Nodes: the stops, then one start and one end per person."""

    def __init__(self, day: Day, wanted: Sequence[Stop]) -> None:
        self._day, self._stops = day, wanted
        count, people = len(wanted), len(day.staff)
        self._manager = pywrapcp.RoutingIndexManager(
            count + 2 * people,
            people,
            [count + n for n in range(people)],
            [count + people + n for n in range(people)],
        )
        self._routing = pywrapcp.RoutingModel(self._manager)
        self._ways = self._table()
        self._costs()
        self._times()
        self._choices()

    def _table(self) -> list[list[int]]:
        """Minutes between any two nodes; the way home is the person's own time, as in `checks`."""
        starts = [person.place for person in self._day.staff]
        places = [*(stop.visit.place for stop in self._stops), *starts]
        ways = [[self._day.travel(a, b) for b in places] for a in places]
        return [[*row, *([0] * len(starts))] for row in ways] + [[0] * (len(places) + len(starts))] * len(
            starts
        )

    def _costs(self) -> None:
        for n, person in enumerate(self._day.staff):
            extra = [0 if stop.held else _strange(self._day, stop.visit, person.id) for stop in self._stops]
            extra += [0] * (2 * len(self._day.staff))
            # A table is read by the solver itself; a function of ours would be called a million times under the lock.
            costs = [[way + more for way, more in zip(row, extra, strict=True)] for row in self._ways]
            self._routing.SetArcCostEvaluatorOfVehicle(self._routing.RegisterTransitMatrix(costs), n)

    def _times(self) -> None:
        manager = self._manager
        lengths = [stop.visit.minutes for stop in self._stops] + [0] * (2 * len(self._day.staff))

        takes = [[length + way for way in row] for length, row in zip(lengths, self._ways, strict=True)]
        transit = self._routing.RegisterTransitMatrix(takes)
        self._routing.AddDimension(transit, 24 * 60, 48 * 60, False, "time")
        time = self._time = self._routing.GetDimensionOrDie("time")
        for node, stop in enumerate(self._stops):
            index = manager.NodeToIndex(node)
            time.CumulVar(index).SetRange(stop.earliest, stop.latest)
            if not stop.held:
                time.SetCumulVarSoftUpperBound(index, stop.visit.planned + NEAR, LATE)
                time.SetCumulVarSoftLowerBound(index, max(0, stop.visit.planned - NEAR), LATE)
        solver = self._routing.solver()
        service = [lengths[manager.IndexToNode(index)] for index in range(self._routing.Size())]
        for n, person in enumerate(self._day.staff):
            time.CumulVar(self._routing.Start(n)).SetRange(person.start, person.end)
            time.CumulVar(self._routing.End(n)).SetRange(person.start, person.end)
            if person.pause:
                first, last = person.pause_window
                rest = solver.FixedDurationIntervalVar(first, last, person.pause, False, f"pause {n}")
                time.SetBreakIntervalsOfVehicle([rest], n, service)

    def _choices(self) -> None:
        for node, stop in enumerate(self._stops):
            index = self._manager.NodeToIndex(node)
            lost = HELD if stop.held else UNMADE[stop.visit.importance]
            self._routing.AddDisjunction([index], lost)
            self._routing.VehicleVar(index).SetValues([-1, *stop.people])

    def solved(self, seconds: float) -> list[Routed]:
        asked = pywrapcp.DefaultRoutingSearchParameters()
        asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
        asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        asked.time_limit.FromMilliseconds(int(seconds * 1000))
        self._routing.CloseModelWithParameters(asked)
        planned = self._routing.ReadAssignmentFromRoutes(self._as_planned(), True)
        found = self._routing.SolveFromAssignmentWithParameters(planned, asked) if planned else None
        if found is None:
            found = self._routing.SolveWithParameters(asked)
        if found is None:
            return []
        answer: list[Routed] = []
        for n, person in enumerate(self._day.staff):
            index = found.Value(self._routing.NextVar(self._routing.Start(n)))
            while not self._routing.IsEnd(index):
                stop = self._stops[self._manager.IndexToNode(index)]
                answer.append(Routed(stop.visit.id, person.id, found.Min(self._time.CumulVar(index))))
                index = found.Value(self._routing.NextVar(index))
        return answer

    def _as_planned(self) -> list[list[int]]:
        """Per person the stops that were hers, by the clock: where the search begins, so that little is changed."""
        return [
            [self._manager.NodeToIndex(node) for node in self._own(n, person.id)]
            for n, person in enumerate(self._day.staff)
        ]

    def _own(self, n: int, id: str) -> list[int]:
        held = [stop for stop in self._stops if stop.held and stop.people == (n,)]
        own = [
            node
            for node, stop in enumerate(self._stops)
            if stop in held
            or (
                n in stop.people and id in stop.visit.staff and not any(self._collides(stop, h) for h in held)
            )
        ]
        return sorted(own, key=lambda node: self._stops[node].visit.planned)

    def _collides(self, stop: Stop, held: Stop) -> bool:
        """Whether she cannot make both at the times they were planned for."""
        way = self._day.travel(stop.visit.place, held.visit.place)
        begins, ends = stop.visit.planned, stop.visit.planned + stop.visit.minutes
        return begins < held.earliest + held.visit.minutes + way and held.earliest < ends + way


def _strange(day: Day, visit: Visit, id: str) -> int:
    if id in visit.staff:
        return 0
    return CHANGED + (0 if id in day.known.get(visit.patient, frozenset()) else STRANGER)
