"""The list of what is measured, with its goals. To add one: a question, and a line here.

A line with `ask` is a closed loop over HTTP: `connections` of them, `--runs` times, told by its median. The others are
taken by `run.py` at their own moment (a load, a weighing, a start).
"""

from collections.abc import Callable
from dataclasses import dataclass

from akson.app.bench import questions
from akson.app.bench.client import Request
from akson.app.bench.people import People

Ask = Callable[[People], Request]


@dataclass(frozen=True, slots=True)
class Goal:
    """`of` is a field of Timed, or `value` for lines that are no loop."""

    of: str
    number: float

    @property
    def more_is_better(self) -> bool:
        return self.of == "per_second"

    def met(self, figure: float) -> bool:
        return figure >= self.number if self.more_is_better else figure <= self.number


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    """For `--only`: whole, or what stands before the @."""
    asks: str
    unit: str = "/s"
    goals: tuple[Goal, ...] = ()
    connections: int = 0
    ask: Ask | None = None
    writes: bool = False
    """Writes are not repeated as the nurse: hers is the question what a decision costs a reader."""
    peer: str = ""
    """What the same figure is called in a peer's file."""

    @property
    def of(self) -> str:
        """Which figure the line is about."""
        return self.goals[0].of if self.goals else "per_second" if self.ask else "value"


def _rate(number: float) -> tuple[Goal, ...]:
    return (Goal("per_second", number),)


def _p50(number: float) -> tuple[Goal, ...]:
    return (Goal("p50_ms", number),)


def _at_most(number: float) -> tuple[Goal, ...]:
    return (Goal("value", number),)


LOAD = Line("load@4", "every Bundle, `POST /fhir`", " resources/s", _rate(4_000), 4, writes=True, peer="load")
DATABASE = Line(
    "database",
    "bytes per resource, index and history in",
    " bytes",
    _at_most(1_400),
    peer="storage",
)
MEMORY = Line("memory", "after load: PSS of all processes", " MiB", _at_most(450), peer="memory")
WORKER = Line("worker", "PSS of the largest worker, after each run", " MiB", _at_most(200))
START = Line("start", "empty folder to the first answered read", " s", _at_most(3))

_FAMILY = "`Patient?family=`"
_READ = "`GET Patient/id`"
_CURVE = "`Observation?patient&code&_sort=-date&_count=20`"
_EVERYTHING = "`Patient/id/$everything`"

LINES: tuple[Line, ...] = (
    LOAD,
    Line("read@16", _READ, "/s", _rate(5_000), 16, questions.read_patient, peer="read_patient@16"),
    Line("read@1", _READ, "/s", _p50(0.5), 1, questions.read_patient, peer="read_patient@1"),
    Line(
        "observation@16",
        "`GET Observation/id`",
        "/s",
        (),
        16,
        questions.read_observation,
        peer="read_observation@16",
    ),
    Line("family@16", _FAMILY, "/s", _rate(4_000), 16, questions.by_family, peer="search_family@16"),
    Line(
        "identifier@16",
        "`Patient?identifier=`",
        "/s",
        _rate(4_000),
        16,
        questions.by_identifier,
        peer="search_identifier@16",
    ),
    Line("curve@16", _CURVE, "/s", _rate(3_000), 16, questions.curve, peer="search_obs_code_sort@16"),
    Line("curve@1", _CURVE, "/s", _p50(0.8), 1, questions.curve, peer="search_obs_code_sort@1"),
    Line(
        "vitals@16",
        "`Observation?patient&category=vital-signs&date=ge&_count=50`",
        "/s",
        _rate(2_000),
        16,
        questions.vitals_since,
        peer="search_obs_vitals_date@16",
    ),
    Line(
        "include@16",
        "`Condition?patient&_include=Condition:encounter&_count=50`",
        "/s",
        _rate(2_500),
        16,
        questions.conditions_with_encounters,
        peer="search_condition_include@16",
    ),
    Line(
        "revinclude@16",
        "`Encounter?patient&_revinclude=Observation:encounter&_count=20`",
        "/s",
        _rate(700),
        16,
        questions.encounters_with_observations,
        peer="search_encounter_revinclude@16",
    ),
    Line(
        "chain@16",
        "`Observation?patient.identifier=&_count=20`",
        "/s",
        _rate(2_000),
        16,
        questions.chained_identifier,
        peer="search_obs_chain@16",
    ),
    Line("everything@8", _EVERYTHING, "/s", _rate(200), 8, questions.everything, peer="everything@8"),
    Line("everything@1", _EVERYTHING, "/s", _p50(8), 1, questions.everything, peer="everything@1"),
    Line(
        "create@16",
        "`POST Observation`",
        "/s",
        _rate(2_000),
        16,
        questions.create_observation,
        writes=True,
        peer="create_observation@16",
    ),
    Line(
        "update@16",
        "`PUT Observation/id`",
        "/s",
        _rate(1_500),
        16,
        questions.update_observation,
        writes=True,
        peer="update_observation@16",
    ),
    Line(
        "transaction@8",
        "Encounter and five Observations, `POST /fhir`",
        "/s",
        _rate(600),
        8,
        questions.transaction,
        writes=True,
        peer="transaction_6@8",
    ),
    Line(
        "mixed@16",
        "40 % reads, 46 % searches, 14 % writes",
        "/s",
        (Goal("per_second", 2_500), Goal("p99_ms", 25)),
        16,
        questions.mixed,
        writes=True,
        peer="mixed@16",
    ),
    DATABASE,
    MEMORY,
    WORKER,
    START,
)


def chosen(only: str) -> tuple[Line, ...]:
    """The lines that `--only` names, all when it names none. Raises KeyError with a name that is no line's."""
    names = [name.strip() for name in only.split(",") if name.strip()]
    for name in names:
        if not any(_is(line, name) for line in LINES):
            raise KeyError(name)
    return tuple(line for line in LINES if not names or any(_is(line, name) for name in names))


def _is(line: Line, name: str) -> bool:
    return name in (line.name, line.name.partition("@")[0])
