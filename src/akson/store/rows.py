"""Rows of the database to StoredVersion and back: methods as numbers, bodies as they were given. Pure."""

from collections.abc import Iterable
from typing import Any, Protocol

from akson.store.packing import PLAIN, unpack
from akson.store.values import StoredVersion


class Row(Protocol):
    """A database record, by column name."""

    def __getitem__(self, name: str, /) -> Any: ...


COLUMNS = ("id", "version", "updated", "method", "patient_ids", "body_codec", "body", "labels", "released")
"""What a page's rows begin with, in this order."""
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
        labels=tuple(row["labels"] or ()),
        released=row["released"],
    )


def stored_versions(rows: Iterable[tuple[str, Any]]) -> tuple[StoredVersion, ...]:
    """(type, a row that begins with COLUMNS) of a page: by place, since it may have a thousand."""
    return tuple(
        StoredVersion(
            type,
            id,
            version,
            updated,
            body if body is None or codec == PLAIN else unpack(codec, body, type, id, version, updated),
            tuple(patients) if patients else (),
            METHODS[method],
            tuple(labels) if labels else (),
            released,
        )
        for type, row in rows
        for id, version, updated, method, patients, codec, body, labels, released in (row[:9],)
    )
