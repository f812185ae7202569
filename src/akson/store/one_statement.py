"""The frequent commits, in one statement and one round trip: a few new resources, or the next version of one. Pure.

What gives facts beyond care relations, or makes earlier versions stricter, does not go this way (commit.py). The
text is composed of finish_commit.sql and what comes before it; the arguments follow those of that file.
"""

from functools import cache

from akson.store.index_row import INDEX_COLUMNS
from akson.store.statements import statement
from akson.store.tables import table_of

COLUMNS = (
    "tenant", "version", "updated", "self", "bucket", "method", "index_version", "body_codec", "id", *INDEX_COLUMNS, "body",
    "labels", "released",
)  # fmt: skip
"""A new row, in the order of its values."""
CHANGED = (
    "version", "updated", "method", "index_version", "body_codec", *INDEX_COLUMNS, "body", "labels", "released",
)  # fmt: skip
"""What the next version changes of its row, in the order of its values."""
INHERITED = ("patient", "patient_ids", "labels", "released")
"""A tombstone still belongs to its patients: who may not see them learns nothing from it either. What was hidden by a label
does not show by being deleted."""
FINISH_ARGUMENTS = 16


@cache
def create(shape: tuple[tuple[str, int], ...], placed: int) -> str:
    """New rows, so many of each type. Arguments: those of finish_commit.sql, the values of COLUMNS for each row in the order
    of `shape`, and bucket by hash, bucket, type, id for each of the `placed`."""
    at, beside = FINISH_ARGUMENTS + 1, ""
    for number, (type, rows) in enumerate(shape):
        beside += (
            f"created_{number} as (insert into {table_of(type)} ({', '.join(COLUMNS)}) "
            f"values {_rows(at, rows, len(COLUMNS))}), "
        )
        at += rows * len(COLUMNS)
    if placed:
        columns = "tenant, bucket, target, type, id"
        beside += (
            f"placed as (insert into record.idmap ({columns}) values {_rows(at, placed, 4, '$1::int, ')}), "
        )
    return finish(beside)


def _rows(first: int, rows: int, width: int, begin: str = "") -> str:
    """`($17, $18), ($19, $20)`"""
    starts = range(first, first + rows * width, width)
    return ", ".join(f"({begin}{', '.join(f'${n}' for n in range(at, at + width))})" for at in starts)


@cache
def replace(type: str, deleted: bool) -> str:
    """Arguments: those of finish_commit.sql, type, id, bucket by hash, expected version, the values of `changed`.

    Writes nothing, and counts nothing, when another version than the expected one stands there.
    """
    first = FINISH_ARGUMENTS + 5
    assignments = ", ".join(f"{name} = ${n}" for n, name in enumerate(changed(deleted), first))
    beside = statement("replace", type).replace("{assignments}", assignments)
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
