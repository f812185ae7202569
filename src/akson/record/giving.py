"""What a change gives, lengthens or takes away of somebody's access, and what of it is to count. Pure.

    named by the writer                            counts                            asks for
    to herself or her unit                         for nothing: kind `own-pen`       nothing
    … what the same resource gave her unit, or     as it did                         nothing
      gave her already, and no longer
    to others, more than the resource gave         as it says                        give-worklist, give-care-team, …
    no more to others                                                                the same, but for work that is done
    who acts for the patient, changed              as it says                        represent
    what is closed, changed; label NORS away       as it says                        close

What somebody writes to herself stands in the resource and makes no relation: she sees by the one she has, as long as it
lasts. Whether she may do what is asked for, `akson.access` decides (rules/giving.py). docs/adr/0102.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from akson.access.facts import Relation, RelationKind
from akson.access.giving import CLOSE, OWN_PEN, REPRESENT, give
from akson.store.values import Derived

ENDS_WITH_WORK = frozenset(
    {RelationKind.WORKLIST, RelationKind.VISIT, RelationKind.WARD, RelationKind.MESSAGE}
)
"""A task is done, a visit is over: whoever may write the resource ends it, and with it what it gave."""


def counted(
    named: Iterable[Relation], stood: Sequence[Relation], own: Sequence[str], at: datetime
) -> tuple[Relation, ...]:
    """The relations as they are kept. `stood`: what the resource gave until now; `own`: references of the writer, herself
    first and then her units, the nearest first."""
    return tuple(_counted(row, stood, own, at) for row in named)


def asked_for(
    kept: Sequence[Relation], stood: Sequence[Relation], own: Sequence[str], at: datetime
) -> Iterator[str]:
    """The actions of giving that the writer must be permitted, for rows as `counted` gives them."""
    for row in kept:
        if row.grantee not in own and row.kind != OWN_PEN and not _covered(row, stood, (row.grantee,), at):
            yield give(row.kind)
    for row in stood:
        lasting = row.kind not in ENDS_WITH_WORK and row.kind != OWN_PEN
        if lasting and row.grantee not in own and not _covered(row, kept, (row.grantee,), at):
            yield give(row.kind)


def changed(before: Derived, after: Derived, restricting: Iterable[str]) -> Iterator[str]:
    """The actions of who may act for the patient, and of what is closed. `restricting`: labels that close by themselves."""
    if set(before.representations) != set(after.representations):
        yield REPRESENT
    gone = set(restricting) & (set(before.labels) - set(after.labels))
    if set(before.barriers) != set(after.barriers) or gone:
        yield CLOSE


def _counted(row: Relation, stood: Sequence[Relation], own: Sequence[str], at: datetime) -> Relation:
    if row.grantee in own:
        # What her unit had by this very resource she may take on; what she had herself is not her unit's by that.
        wider = own[own.index(row.grantee) :]
        return row if _covered(row, stood, wider, at) else replace(row, kind=OWN_PEN)
    beside = [s for s in stood if s.patient == row.patient and s.grantee == row.grantee]
    return replace(row, kind=OWN_PEN) if beside and all(s.kind == OWN_PEN for s in beside) else row


def _covered(row: Relation, by: Sequence[Relation], grantees: Sequence[str], at: datetime) -> bool:
    return any(
        other.patient == row.patient
        and other.kind == row.kind
        and other.grantee in grantees
        and not _more(row, other, at)
        for other in by
    )


def _more(row: Relation, than: Relation, at: datetime) -> bool:
    """Whether it lasts longer, or starts sooner where that has not come."""
    longer = than.valid_to is not None and (row.valid_to is None or row.valid_to > than.valid_to)
    return longer or (than.valid_from > at and row.valid_from < than.valid_from)
