"""Whom to ask: (policy, question, who asks, what the citizen has said) → the sources in their order. Pure.

    mode              own                     others, she said nothing        no-central   no-index   no-sharing
    federated         the source              the source                      the source   source     nobody
    index             the source              whoever the index names         the same     source     nobody
    central-copy      the source              central; silent → the source    the source   source     nobody
    central-master    central; silent → own   central; silent → the source    the source   source     the source for own

Where the first of two is silent the second is asked, and what it says is marked with its age. `None` for a choice: who
asks does not know it (nobody is told that somebody has opted out), so a central node that holds nothing of the person is no
answer: the source is asked as well.
"""

from dataclasses import dataclass

from akson.sharing.storage.choices import Choice
from akson.sharing.storage.modes import Mode, Range
from akson.sharing.storage.policy import StoragePolicy
from akson.sharing.values import Question


@dataclass(frozen=True, slots=True)
class Whom:
    """`first` are asked; `instead` when one of those is silent, or holds nothing of the person and `unknown` is set."""

    mode: Mode
    first: tuple[str, ...]
    instead: tuple[str, ...] = ()
    unknown: bool = False
    located: bool = False
    """`first` is to be narrowed by the index; when that is silent, all of `first` are asked."""


def whom_to_ask(
    policy: StoragePolicy, question: Question, range: Range, choice: Choice | None, *, source: str
) -> Whom:
    """`source` is the id of the node of the controller the policy belongs to; ids of `Source` come out."""
    mode = policy.mode(question.kind, range)
    said = choice or Choice.ALL
    if range is not Range.OWN and not said.shared:
        return Whom(mode, ())
    if not mode.central or not said.central or (mode is Mode.CENTRAL_COPY and range is Range.OWN):
        located = mode is Mode.INDEX and said.indexed and range is not Range.OWN
        return Whom(mode, (source,), located=located)
    return Whom(mode, (policy.central,), (source,), unknown=choice is None)
