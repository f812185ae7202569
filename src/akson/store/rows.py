"""Rows of the database to StoredVersion and back: methods as numbers, the codec of bodies. Pure."""

from collections.abc import Iterable
from typing import Any, Protocol

from akson.fhir.problem import Problem, ProblemKind
from akson.store.values import StoredVersion


class Row(Protocol):
    """A database record, by column name."""

    def __getitem__(self, name: str, /) -> Any: ...


COLUMNS = ("id", "version", "updated", "method", "patient_ids", "body_codec", "body", "labels", "released")
"""What a page's rows begin with, in this order."""
METHODS = ("", "POST", "PUT", "DELETE", "PATCH")
CODEC_PLAIN = 0


def method_number(method: str) -> int:
    return METHODS.index(method)


def body_of(row: Row) -> bytes | None:
    """The body as the client sent it, whatever codec it is stored with."""
    body = row["body"]
    if body is None or row["body_codec"] == CODEC_PLAIN:
        return body
    raise Problem(
        ProblemKind.INTERNAL,
        "AKS-STORE-012",
        f"A body is stored in a form this program does not know (codec {row['body_codec']}).",
        now="Start the version of Akson that was used last, or a newer one.",
        permanent=True,
    )


def stored_version(type: str, row: Row) -> StoredVersion:
    return StoredVersion(
        type=type,
        id=row["id"],
        version=row["version"],
        updated=row["updated"],
        body=body_of(row),
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
            body if codec == CODEC_PLAIN else body_of(row),
            tuple(patients) if patients else (),
            METHODS[method],
            tuple(labels) if labels else (),
            released,
        )
        for type, row in rows
        for id, version, updated, method, patients, codec, body, labels, released in (row[:9],)
    )
