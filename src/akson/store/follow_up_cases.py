"""Cases that the log's patterns have pointed at, in the log's own database. What they mean is audit's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """One open case for each kind, member of staff and subject."""

    tenant: int
    kind: str
    actor: str
    subject: str
    """The patient's id; the day for mass browsing."""
    name: str
    unit: str
    patients: tuple[str, ...]
    score: float
    reasons: tuple[str, ...]
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow(NewCase):
    id: int
    found: datetime
    closed: datetime | None
    closed_by: str
    outcome: str


_KEEP = """
insert into log.follow_up_case
    (tenant, kind, actor, subject, name, unit, patients, score, reasons, first_at, last_at, found_at)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
where not exists (
    select from log.follow_up_case
    where tenant = $1 and kind = $2 and actor = $3 and subject = $4 and closed_at is not null and last_at >= $11
)
on conflict (tenant, kind, actor, subject) where closed_at is null do update
    set score = excluded.score, reasons = excluded.reasons, patients = excluded.patients, last_at = excluded.last_at
returning xmax = 0
"""


class FollowUpCases:
    """Of one log; `AuditLogStore.cases`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def keep(self, cases: Sequence[NewCase], at: datetime) -> int:
        """New ones are added, open ones brought up to date, closed ones left unless something happened since. Returns how
        many are new."""
        new = 0
        async with self._pool.acquire() as connection, connection.transaction():
            for case in cases:
                added = await connection.fetchval(
                    _KEEP, case.tenant, case.kind, case.actor, case.subject, case.name, case.unit, list(case.patients),
                    case.score, list(case.reasons), case.first, case.last, at,
                )  # fmt: skip
                new += bool(added)
        return new

    async def open(self, tenant: int, count: int = 100) -> list[CaseRow]:
        """Those not closed, highest score first."""
        rows = await self._pool.fetch(
            "select * from log.follow_up_case where tenant = $1 and closed_at is null order by score desc, id limit $2",
            tenant,
            count,
        )
        return [_row(row) for row in rows]

    async def one(self, tenant: int, id: int) -> CaseRow | None:
        row = await self._pool.fetchrow(
            "select * from log.follow_up_case where tenant = $1 and id = $2", tenant, id
        )
        return row and _row(row)

    async def close(self, tenant: int, id: int, *, by: str, outcome: str, at: datetime) -> bool:
        """False when there is no such open case."""
        return bool(
            await self._pool.fetchval(
                "update log.follow_up_case set closed_at = $3, closed_by = $4, outcome = $5 "
                "where tenant = $1 and id = $2 and closed_at is null returning true",
                tenant,
                id,
                at,
                by,
                outcome,
            )
        )


def _row(row: asyncpg.Record) -> CaseRow:
    return CaseRow(
        tenant=row["tenant"],
        kind=row["kind"],
        actor=row["actor"],
        subject=row["subject"],
        name=row["name"],
        unit=row["unit"],
        patients=tuple(row["patients"]),
        score=row["score"],
        reasons=tuple(row["reasons"]),
        first=row["first_at"],
        last=row["last_at"],
        id=row["id"],
        found=row["found_at"],
        closed=row["closed_at"],
        closed_by=row["closed_by"],
        outcome=row["outcome"],
    )
