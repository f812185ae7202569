"""Commits of one resource, by far the most frequent: the version and all that goes with it in one statement, one round trip.

The text is composed of finish_commit.sql and what comes before it; the arguments follow those of that file. Pure.
"""

from functools import cache

from akson.store.index_row import INDEX_COLUMNS
from akson.store.statements import statement
from akson.store.tables import table_of

COLUMNS = (
    "tenant", "version", "updated", "self", "bucket", "method", "index_version", "body_codec", "id", *INDEX_COLUMNS, "body",
)  # fmt: skip
"""A new row, in the order of its values."""
CHANGED = ("version", "updated", "method", "index_version", "body_codec", *INDEX_COLUMNS, "body")
"""What the next version changes of its row, in the order of its values."""
INHERITED = ("patient", "patient_ids")
"""A tombstone still belongs to its patients: who may not see them learns nothing from it either."""
FINISH_ARGUMENTS = 16


@cache
def create(type: str, placed: bool) -> str:
    """Arguments: those of finish_commit.sql, the values of COLUMNS, and when `placed` bucket by hash, bucket, type, id."""
    first = FINISH_ARGUMENTS + 1
    numbers = ", ".join(f"${n}" for n in range(first, first + len(COLUMNS)))
    beside = f"created as (insert into {table_of(type)} ({', '.join(COLUMNS)}) values ({numbers})), "
    if placed:
        at = first + len(COLUMNS)
        beside += (
            "placed as (insert into record.idmap (tenant, bucket, target, type, id) "
            f"values ($1::int, ${at}, ${at + 1}, ${at + 2}, ${at + 3})), "
        )
    return finish(beside)


@cache
def replace(type: str, deleted: bool) -> str:
    """Arguments: those of finish_commit.sql, type, id, bucket by hash, expected version, the values of `changed`.

    Writes nothing, and counts nothing, when another version than the expected one stands there.
    """
    first = FINISH_ARGUMENTS + 5
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(changed(deleted), first))
    beside = statement("replace_alone", type).replace("{assignments}", assignments)
    # Relations of the old version may be those of the new one: they go first.
    return finish(beside, " where exists (select from locked)", " and (select count(*) from unrelated) >= 0")


@cache
def changed(deleted: bool) -> tuple[str, ...]:
    """The columns that a next version, or a tombstone, gets."""
    return tuple(name for name in CHANGED if not (deleted and name in INHERITED))


@cache
def finish(beside: str = "", gate: str = "", after: str = "") -> str:
    """finish_commit.sql alone or beside others. `gate` is the condition that it stands under, `after` one of relations."""
    text = statement("finish_commit")
    return text.replace("{beside}", beside).replace("{related}", gate + after).replace("{gate}", gate)
