"""Looks gathered: all of one member of staff at one patient, and what the units of the house do for whom."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from akson.audit.patterns.rows import Look, Opening

SHIFT = timedelta(hours=4)
"""Before and after a look: who is at work sees to others too."""
AT_WORK_EVENTS = 3
LOOKS_ONLY_A_DAY = 1.5
"""Strangers a day, from which looking without writing is somebody's daily work: a caseworker's, not a nurse's."""
CARED_BEFORE = timedelta(days=14)
FOLLOWED_UP = timedelta(hours=24)


@dataclass(slots=True)
class Pair:
    """One member of staff and one patient, in the period looked at. Times ascend."""

    actor: str
    patient: str
    looks: list[Look] = field(default_factory=list)
    acts: list[datetime] = field(default_factory=list)

    @property
    def openings(self) -> frozenset[Opening]:
        return frozenset(look.opening for look in self.looks)

    @property
    def units(self) -> frozenset[str]:
        return frozenset(look.unit for look in self.looks)

    def cared_for(self) -> bool:
        """Whether each look belongs to something she did for the patient: up to a fortnight before, or a day after."""
        return bool(self.acts) and all(self._near_an_act(look.at) for look in self.looks)

    def _near_an_act(self, at: datetime) -> bool:
        place = bisect_left(self.acts, at - CARED_BEFORE)
        return place < len(self.acts) and self.acts[place] <= at + FOLLOWED_UP


class House:
    """All looks of a period, as the patterns ask for them. Made once."""

    def __init__(self, looks: Iterable[Look]) -> None:
        self.looks: Sequence[Look] = sorted(looks, key=lambda look: look.at)
        self.pairs: dict[tuple[str, str], Pair] = {}
        self._carers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._times: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
        for look in self.looks:
            pair = self.pairs.setdefault((look.actor, look.patient), Pair(look.actor, look.patient))
            pair.looks.append(look)
            self._times[look.actor].append((look.at, look.patient))
            if look.act:
                pair.acts.append(look.at)
                self._carers[look.unit, look.patient].add(look.actor)
        self._strangers = Counter(pair.actor for pair in self.pairs.values() if self.stranger(pair))

    def others_care(self, pair: Pair) -> bool:
        """Whether somebody else of a unit she looked from has done something for the patient."""
        return any(self._carers.get((unit, pair.patient), set()) - {pair.actor} for unit in pair.units)

    def shares_work(self, pair: Pair) -> bool:
        """The unit cares for the patient, and so the record opened by itself: who shares in its work declares nothing."""
        return Opening.ORDINARY in pair.openings and self.others_care(pair)

    def stranger(self, pair: Pair) -> bool:
        """She has done nothing for the patient, and shares no work with one who has."""
        return not pair.acts and not self.shares_work(pair)

    def often_looks_only(self, actor: str) -> bool:
        """Whether she sees to strangers each day."""
        return self._strangers[actor] >= LOOKS_ONLY_A_DAY * len({at.date() for at, _ in self._times[actor]})

    def at_work(self, look: Look) -> bool:
        """Whether she saw to other patients around that time."""
        times = self._times[look.actor]
        begin = bisect_left(times, (look.at - SHIFT, ""))
        end = bisect_right(times, (look.at + SHIFT, "\uffff"))
        return sum(patient != look.patient for _, patient in times[begin:end]) >= AT_WORK_EVENTS
