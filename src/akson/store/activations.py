"""Policies that have been activated, and the officers whose signatures count: rows as they stand, append only.

    Activation('2027-01-05.1', b'{…}', {'per': b'…', 'arne': b'…'}, 2027-01-05T08:00Z)

What makes an activation valid is `akson.access.policies.signing`'s; nobody here judges. No patient data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store.opening import migrated_pool


@dataclass(frozen=True, slots=True)
class Activation:
    version: str
    body: bytes
    """The file as it was signed, laid out as it was."""
    signatures: Mapping[str, bytes]
    """Officer -> 64 bytes."""
    at: datetime


@dataclass(frozen=True, slots=True)
class OfficerRow:
    id: str
    name: str
    public_key: bytes


class ActivationStore:
    """Entry point: `await ActivationStore.open(dsn)` on the record's database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, dsn: str) -> "ActivationStore":
        pool = await migrated_pool(dsn, "record", size=1)
        return cls(pool)

    async def close(self) -> None:
        await self._pool.close()

    async def all(self) -> list[Activation]:
        """In the order they were activated."""
        rows = await self._pool.fetch(
            "select version, body, signatures, at from record.policy_activation order by number"
        )
        return [
            Activation(r["version"], r["body"], dict(map(_signature, r["signatures"])), r["at"]) for r in rows
        ]

    async def officers(self) -> list[OfficerRow]:
        rows = await self._pool.fetch("select id, name, public_key from record.policy_officer order by id")
        return [OfficerRow(r["id"], r["name"], r["public_key"]) for r in rows]

    async def add(self, activation: Activation) -> None:
        """Raises Problem CONFLICT AKS-STORE-080 when that version was activated before."""
        written = [f"{officer}:{value.hex()}" for officer, value in activation.signatures.items()]
        try:
            await self._pool.execute(
                "insert into record.policy_activation (version, body, signatures, at) values ($1, $2, $3, $4)",
                activation.version,
                activation.body,
                written,
                activation.at,
            )
        except asyncpg.UniqueViolationError:
            raise _there_already(f"Version {activation.version}") from None

    async def register(self, officer: OfficerRow, at: datetime) -> None:
        """Raises Problem CONFLICT AKS-STORE-080: whose key it is never changes, since past signatures rest on it."""
        try:
            await self._pool.execute(
                "insert into record.policy_officer (id, name, public_key, at) values ($1, $2, $3, $4)",
                officer.id,
                officer.name,
                officer.public_key,
                at,
            )
        except asyncpg.UniqueViolationError:
            raise _there_already(f"Officer {officer.id}") from None


def _signature(written: str) -> tuple[str, bytes]:
    officer, _, value = written.rpartition(":")
    return officer, bytes.fromhex(value)


def _there_already(what: str) -> Problem:
    return Problem(
        ProblemKind.CONFLICT,
        "AKS-STORE-080",
        f"{what} is there already.",
        why="What past decisions rest on is never changed.",
        now="Use another name.",
        permanent=True,
    )
