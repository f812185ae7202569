"""Who gains and who loses if another policy came in force: both are asked the questions of the past. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from akson.access.decision import Decision
from akson.access.policies.values import Policy
from akson.access.policy import decide
from akson.access.recording import Recorded


@dataclass(frozen=True, slots=True)
class Change:
    """One recorded question that the two policies answer differently."""

    recorded: Recorded
    before: Decision
    after: Decision

    @property
    def gains(self) -> bool:
        """Permitted by the new policy only, or with less taken out."""
        if self.before.permit != self.after.permit:
            return self.after.permit
        return set(self.after.redactions) < set(self.before.redactions)

    @property
    def who(self) -> str:
        """`nurse treatment read Observation`: what a person compares, without naming anybody."""
        actor, question = self.recorded.actor, self.recorded.question
        role = actor.role or actor.kind.value
        return f"{role} {self.recorded.purpose_of_use.value} {question.action} {question.type}"


@dataclass(frozen=True, slots=True)
class Difference:
    asked: int
    changes: tuple[Change, ...]

    @property
    def gains(self) -> Counter[str]:
        """How often each kind of question would be answered more openly."""
        return Counter(change.who for change in self.changes if change.gains)

    @property
    def loses(self) -> Counter[str]:
        return Counter(change.who for change in self.changes if not change.gains)


def difference(recorded: Iterable[Recorded], before: Policy, after: Policy) -> Difference:
    """The recorded questions under two policies. What only the words say differently is no change."""
    asked = 0
    changes = []
    for one in recorded:
        asked += 1
        question = (one.facts, one.actor, one.purpose_of_use, one.question)
        old, new = decide(*question, before), decide(*question, after)
        if (old.permit, old.redactions) != (new.permit, new.redactions):
            changes.append(Change(one, old, new))
    return Difference(asked, tuple(changes))
