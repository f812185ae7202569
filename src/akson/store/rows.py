"""Rows of the database to StoredVersion and back: methods as numbers, bodies as they were given. Pure."""

from typing import Any, Protocol

from akson.store.packing import unpack
from akson.store.values import StoredVersion


class Row(Protocol):
    """A database record, by column name."""

    def __getitem__(self, name: str, /) -> Any: ...


METHODS = ("", "POST", "PUT", "DELETE", "PATCH")


def method_number(method: str) -> int:
    return METHODS.index(method)


def body_of(type: str, row: Row) -> bytes | None:
    """The body as it was written, whatever codec it is stored with; None for a deletion."""
    body = row["body"]
    if body is None:
        return None
    return unpack(row["body_codec"], body, type, row["id"], row["version"], row["updated"])


def stored_version(type: str, row: Row) -> StoredVersion:
    return StoredVersion(
        type=type,
        id=row["id"],
        version=row["version"],
        updated=row["updated"],
        body=body_of(type, row),
        patients=tuple(row["patient_ids"] or ()),
        method=METHODS[row["method"]],
    )
