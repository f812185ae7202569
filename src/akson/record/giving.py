"""What a change gives, lengthens or takes away of somebody's access, and what of it is to count. Pure.

    named by the writer                            counts                            asks for
    to herself or her unit                         for nothing: kind `own-pen`       nothing
    … what the same resource gave her unit, or     as it did                         nothing
      gave her already, and no longer
    to others, more than the resource gave         as it says                        give-worklist, give-care-team, …
    no more to others                                                                the same, but for work that is done
    who acts for the patient, changed              as it says                        represent
    what is closed, changed; label NORS away       as it says                        close
    a young person's birth date or home, a         as it says                        person
      parent's home; which records are one person

What somebody writes to herself stands in the resource and makes no relation: she sees by the one she has, as long as it
lasts. Whether she may do what is asked for, `akson.access` decides (rules/giving.py). docs/adr/0102.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from akson.access.facts import Relation, RelationKind, Traits
from akson.access.giving import CLOSE, OWN_PEN, PERSON, REPRESENT, give
from akson.store.values import Derived

ENDS_WITH_WORK = frozenset(
    {RelationKind.WORKLIST, RelationKind.VISIT, RelationKind.WARD, RelationKind.MESSAGE}
)
"""A task is done, a visit is over: whoever may write the resource ends it, and with it what it gave."""
OF_AGE = 18
"""Years. No line of a policy makes more of an age or a home above that, but that there is one."""


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


def young(traits: Iterable[Traits], today: date) -> bool:
    """Whether age and home may decide who represents her: she is, or was said to be, under age, or nobody knows."""
    return any(one.birth_date is None or one.birth_date > _years_before(today, OF_AGE) for one in traits)


def person(before: Derived, after: Derived, *, stood: bool, underage: bool) -> Iterator[str]:
    """The action of who somebody is. `stood`: there was a resource before; what is new changes no date and no home."""
    merged = set(before.links) != set(after.links)
    aged_or_moved = _born(before) != _born(after) or _home_counts(before, after)
    if merged or (stood and underage and aged_or_moved):
        yield PERSON


def _born(said: Derived) -> set[date | None]:
    return {one.birth_date for one in said.traits}


def _home_counts(before: Derived, after: Derived) -> bool:
    """Of the patient herself, and of one who is her parent."""
    whose = before.traits or after.traits or before.representations or after.representations
    return bool(whose) and set(before.addresses) != set(after.addresses)


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; of 29 February, the 28th."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - years)


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
