"""Whom to ask about each kind, by the storage policies in force at the sources and by what the index says. Pure.

| the source has | asked first | then |
| --- | --- | --- |
| decided nothing, or cannot be heard | the source, if the index names it (or there is none) | |
| `federated` | the source | |
| `index` | the source, if the index names it | |
| `central-copy` `central-master` | the central node | the source, when that is silent or has nothing of her |

Who asks counts as the nation's (`Range.NATION`): which region a source reckons us to is not known here. It costs a call at
most, since the source has everything under every mode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from akson.app.storage.copies_door import copy_of
from akson.app.storage.published import Published
from akson.sharing.classes import SharedClass
from akson.sharing.federation.federation import Narrowed
from akson.sharing.storage.asking import whom_to_ask
from akson.sharing.storage.modes import Range
from akson.sharing.values import Outcome, Part, Question, Source

NOTHING_DECIDED = "0"


@dataclass(frozen=True, slots=True)
class Placed:
    """Fulfils `sharing.federation.federation.Narrowed`."""

    known: Sequence[Source]
    policies: Mapping[str, Published]
    """By id of the source."""
    named: Narrowed
    """What the index said; everybody where there is none."""
    writers: Mapping[str, Source] = field(default_factory=dict)
    """Id of a copy → who wrote what stands in it."""

    @property
    def sources(self) -> tuple[Source, ...]:
        found = {source.id: source for kind in SharedClass for source in self.of(kind)}
        return tuple(found.values())

    @property
    def degraded(self) -> str:
        return self.named.degraded

    def of(self, kind: SharedClass) -> tuple[Source, ...]:
        named = {source.id for source in self.named.of(kind)}
        found = (self._first(source, kind, named) for source in self.known)
        return tuple(source for source in found if source is not None)

    def instead(self, part: Part) -> Source | None:
        if part.outcome is Outcome.ANSWERED and part.resources:
            return None
        return self.writers.get(part.source.id)

    def _first(self, source: Source, kind: SharedClass, named: set[str]) -> Source | None:
        told = self.policies.get(source.id)
        if told is None or told.policy.version == NOTHING_DECIDED:
            return source if source.id in named else None
        whom = whom_to_ask(told.policy, Question("", "", kind), Range.NATION, None, source=source.id)
        if source.id in whom.first:
            return source if not whom.located or source.id in named else None
        central = next((c for c in self.known if c.central and c.id in whom.first and c is not source), None)
        return copy_of(source, central) if central else source


def placed(known: Sequence[Source], policies: Mapping[str, Published], named: Narrowed) -> Placed:
    centrals = [source for source in known if source.central]
    writers = {copy_of(s, c).id: s for s in known for c in centrals if s is not c}
    return Placed(known, policies, named, writers)
