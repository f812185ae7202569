"""One commit: a whole Bundle in one transaction and few round trips.

A few new resources, or the next version of one, are one statement (one_statement.py). Otherwise: per type that is replaced
one statement moves the old versions to history; per type one COPY writes the new ones; one statement writes relations, log
events and the change event; few write further facts (fact_rows.py). Everybody locks in the same order
(type, bucket, id), and a lost race is CONFLICT, never a half-written Bundle. What may be written is decided above.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

import asyncpg

from akson.fhir.problem import Problem, ProblemKind
from akson.store import connections, fact_rows, one_statement
from akson.store.buckets import bucket_of, keeps_place
from akson.store.gathering import GatheredByShape
from akson.store.index_row import INDEX_VERSION, IndexRow, index_row
from akson.store.keys import Keys
from akson.store.one_statement import COLUMNS
from akson.store.packing import PLAIN, pack
from akson.store.rows import method_number
from akson.store.statements import statement
from akson.store.tables import Tables, table_of
from akson.store.values import PendingEvent, Write
from akson.world import Aside

WRITES_MAX = 20_000
"""Resources in one commit."""
TOGETHER_MAX = 8
"""New resources that are written in one statement: beyond it a statement of its own for each type costs less than making,
keeping and planning one for every combination of types."""
COPY_FROM = 12
"""Rows of one type from which COPY pays: it asks the table for its columns first, each time."""
TRIES_MAX = 5
RETRY_S = 0.02
NOTHING_DONE = "INSERT 0 0"
"""How PostgreSQL counts a statement whose condition did not hold."""
SMALL_BYTES = 64 * 1024
"""Values of a commit that is written together with others; a larger one keeps nobody waiting but itself."""
_Values = list[Any]
_Told = tuple[tuple[str, ...], tuple[str, ...], tuple[int, ...]]
"""Types, ids and versions of a commit, which no other one has."""
TOLD_AT = 13
"""Where they stand among the arguments of finish_commit.sql."""


@dataclass(slots=True)
class Prepared:
    """Everything that can be worked out before the transaction begins."""

    tenant: int
    at: datetime
    writes: Sequence[Write]
    rows: dict[tuple[str, str], IndexRow]
    bodies: dict[tuple[str, str], tuple[int, bytes | None]]
    """Codec and stored bytes."""
    created: dict[str, list[Write]] = field(default_factory=lambda: defaultdict(list))
    replaced: dict[str, list[Write]] = field(default_factory=lambda: defaultdict(list))


class Commit:
    """Writes commits."""

    def __init__(self, pool: asyncpg.Pool, tables: Tables, keys: Keys, aside: Aside) -> None:
        self._aside = aside
        self._pool = pool
        self._tables = tables
        self._keys = keys
        self._alike: GatheredByShape[str, _Values, bool] = GatheredByShape(self._written_together)

    async def commit(
        self, tenant: int, writes: Sequence[Write], *, events: Sequence[PendingEvent], at: datetime
    ) -> None:
        """All or nothing. Raises CONFLICT AKS-STORE-030 (version), -031 (id taken); INVALID -032; OVERLOADED -033."""
        size = sum(len(write.body) for write in writes if write.body)
        prepared = await self._aside(size, lambda: self._prepare(tenant, writes, at))
        await self._tables.ensure(write.type for write in writes)
        for attempt in range(1, TRIES_MAX + 1):
            try:
                if _made_alone(prepared):
                    await self._create(prepared, events, size)
                    return
                if _replaced_alone(prepared):
                    await self._replace(prepared, writes[0], events, size)
                    return
                async with self._pool.acquire() as connection, connection.transaction():
                    await self._write(connection, prepared, events)
                return
            except asyncpg.UniqueViolationError:
                raise _taken() from None
            except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                if attempt == TRIES_MAX:
                    raise _too_busy() from None
                await asyncio.sleep(RETRY_S * attempt)

    def _prepare(self, tenant: int, writes: Sequence[Write], at: datetime) -> Prepared:
        if len(writes) > WRITES_MAX:
            raise Problem(
                ProblemKind.TOO_LARGE,
                "AKS-STORE-034",
                f"A commit holds at most {WRITES_MAX} resources; this one has {len(writes)}.",
                now="Split it.",
            )
        prepared = Prepared(tenant, at, writes, {}, {})
        for write in writes:
            if (write.type, write.id) in prepared.rows:
                raise Problem(
                    ProblemKind.INVALID,
                    "AKS-STORE-032",
                    "A commit writes each resource once.",
                    why=f"One {write.type} stands in it twice.",
                )
            key = write.type, write.id
            prepared.rows[key] = index_row(self._keys, tenant, write.type, write.index)
            prepared.bodies[key] = (PLAIN, None)
            if write.body is not None:
                prepared.bodies[key] = pack(write.body, write.type, write.id, write.version, at)
            (prepared.created if write.version == 1 else prepared.replaced)[write.type].append(write)
        return prepared

    async def _write(self, connection: Any, prepared: Prepared, events: Sequence[PendingEvent]) -> None:
        records: dict[str, list[tuple[object, ...]]] = defaultdict(list)
        for type in sorted(prepared.replaced):
            records[type] += await self._supersede(connection, prepared, type)
        await self._place(connection, prepared)
        for type, created in prepared.created.items():
            records[type] += [self._record(prepared, write, self._bucket(write)) for write in created]
        for type in sorted(records):
            ordered = sorted(records[type], key=lambda record: (record[4], record[8]))
            if len(ordered) < COPY_FROM:
                await connection.executemany(_insert(type), ordered)
            else:
                await connection.copy_records_to_table(
                    type.lower(), schema_name="record", records=ordered, columns=COLUMNS
                )
        await connection.execute(one_statement.finish(), *self._finish(prepared, events))
        await fact_rows.replace(connection, self._keys, prepared.tenant, prepared.writes)

    async def _in_one(self, text: str, values: _Values, size: int) -> bool:
        """A commit that is one statement, with others of the same text that come meanwhile. False: nothing was written."""
        if size > SMALL_BYTES:
            return await self._pool.execute(text, *values) != NOTHING_DONE
        return await self._alike(text, values)

    async def _written_together(self, text: str, commits: list[_Values]) -> list[bool | Exception]:
        """One transaction for all when nothing stands in its way; else each is its own, and hears of its own fault."""
        wanted = [_told(*values[TOLD_AT : TOLD_AT + 3]) for values in commits]
        if len(commits) > 1 and len(set(wanted)) == len(wanted):
            try:
                done = {_told(*row) for row in await self._pool.fetchmany(text, commits)}
                return [told in done for told in wanted]
            except asyncpg.PostgresError as failed:
                if connections.lost(failed):
                    # Nobody knows whether it was written: not to be done again as if it had not been.
                    raise
        return [await self._written(text, values) for values in commits]

    async def _written(self, text: str, values: _Values) -> bool | Exception:
        try:
            return await self._pool.execute(text, *values) != NOTHING_DONE
        except Exception as failed:
            return failed

    async def _create(self, prepared: Prepared, events: Sequence[PendingEvent], size: int) -> None:
        """A few new resources and all that goes with them."""
        values: list[object] = self._finish(prepared, events)
        for type in sorted(prepared.created):
            for record in self._created(prepared, type):
                values += record
        placed = self._placed(prepared)
        shape = tuple((type, len(prepared.created[type])) for type in sorted(prepared.created))
        text = one_statement.create(shape, len(placed))
        values += [value for row in placed for value in row[1:]]
        await self._in_one(text, values, size)

    def _created(self, prepared: Prepared, type: str) -> list[tuple[object, ...]]:
        """The new rows of a type, in the order everybody locks in."""
        records = [self._record(prepared, write, self._bucket(write)) for write in prepared.created[type]]
        return sorted(records, key=lambda record: (record[4], record[8]))

    async def _replace(
        self, prepared: Prepared, write: Write, events: Sequence[PendingEvent], size: int
    ) -> None:
        """The next version of one resource, or its tombstone."""
        deleted = write.body is None
        values = dict(zip(COLUMNS, self._record(prepared, write, 0), strict=True))
        text = one_statement.replace(write.type, deleted)
        arguments = [
            *self._finish(prepared, events),
            write.type,
            write.id,
            bucket_of(write.id),
            write.version - 1,
            *(values[name] for name in one_statement.changed(deleted)),
        ]
        if not await self._in_one(text, arguments, size):
            raise _changed_meanwhile(write.type, 1)

    async def _supersede(self, connection: Any, prepared: Prepared, type: str) -> list[tuple[object, ...]]:
        writes = {write.id: write for write in prepared.replaced[type]}
        ids = list(writes)
        moved = await connection.fetch(
            statement("supersede", type),
            prepared.tenant,
            type,
            ids,
            [bucket_of(id) for id in ids],
            [writes[id].version - 1 for id in ids],
        )
        if len(moved) != len(writes):
            raise _changed_meanwhile(type, len(writes) - len(moved))
        await fact_rows.tighten_history(connection, prepared.tenant, type, list(writes.values()))
        records = []
        for row in moved:
            write = writes[row["id"]]
            if write.body is None:
                # A tombstone still belongs to its patients: who may not see them learns nothing from it either.
                index = prepared.rows[type, write.id] = IndexRow(
                    patient=row["patient"], patient_ids=row["patient_ids"]
                )
                assert not index.tokens
                # So do its labels: what was hidden does not show by being deleted.
                write = replace(
                    write,
                    derived=replace(write.derived, labels=row["labels"] or (), released=row["released"]),
                )
            records.append(self._record(prepared, write, row["bucket"]))
        return records

    async def _place(self, connection: Any, prepared: Prepared) -> None:
        """Remembers where new resources with client-made ids live; a second creator of the same id fails here."""
        if placed := self._placed(prepared):
            await connection.copy_records_to_table(
                "idmap",
                schema_name="record",
                records=placed,
                columns=("tenant", "bucket", "target", "type", "id"),
            )

    def _placed(self, prepared: Prepared) -> list[tuple[int, int, int, str, str]]:
        """Their rows of `idmap`."""
        return sorted(
            (prepared.tenant, bucket_of(write.id), self._bucket(write), type, write.id)
            for type, created in prepared.created.items()
            for write in created
            if not keeps_place(type, write.id)
        )

    def _bucket(self, write: Write) -> int:
        """The patient's bucket, else the own id's; an id that names a bucket is believed."""
        if keeps_place(write.type, write.id) or not write.index.patients:
            return bucket_of(write.id)
        return bucket_of(write.index.patients[0])

    def _record(self, prepared: Prepared, write: Write, bucket: int) -> tuple[object, ...]:
        codec, body = prepared.bodies[write.type, write.id]
        return (
            prepared.tenant,
            write.version,
            prepared.at,
            self._keys.target(prepared.tenant, f"{write.type}/{write.id}"),
            bucket,
            method_number(write.method),
            INDEX_VERSION,
            codec,
            write.id,
            *prepared.rows[write.type, write.id].columns(),
            body,
            list(write.derived.labels) or None,
            write.derived.released,
        )

    def _finish(self, prepared: Prepared, events: Sequence[PendingEvent]) -> list[Any]:
        """The arguments of finish_commit.sql."""
        target = self._keys.target
        relations = {
            (row.patient, row.grantee, row.kind, row.valid_from, write.type, write.id): row.valid_to
            for write in prepared.writes
            for row in write.derived.relations
        }
        columns = [list(column) for column in zip(*relations, strict=True)] or [[] for _ in range(6)]
        patients, grantees, kinds, begins, types, ids = columns
        return [
            prepared.tenant,
            prepared.at,
            [bucket_of(id) for id in patients],
            [target(prepared.tenant, f"Patient/{id}") for id in patients],
            patients,
            grantees,
            kinds,
            begins,
            list(relations.values()),
            types,
            ids,
            [event.id for event in events],
            [event.canonical for event in events],
            [write.type for write in prepared.writes],
            [write.id for write in prepared.writes],
            [write.version for write in prepared.writes],
        ]


def _told(types: Sequence[str], ids: Sequence[str], versions: Sequence[int]) -> _Told:
    return tuple(types), tuple(ids), tuple(versions)


def _made_alone(prepared: Prepared) -> bool:
    """A few new resources that give no facts beyond care relations."""
    writes = prepared.writes
    return (
        len(writes) <= TOGETHER_MAX
        and not prepared.replaced
        and not any(write.derived.beyond_relations for write in writes)
    )


def _replaced_alone(prepared: Prepared) -> bool:
    """One next version of what neither gave nor gives facts beyond care relations, and leaves its history as it is."""
    if len(prepared.writes) != 1 or prepared.created:
        return False
    [write] = prepared.writes
    return write.type not in fact_rows.SOURCES and not (
        write.derived.beyond_relations or fact_rows.tightens(write)
    )


@cache
def _insert(type: str) -> str:
    numbers = ", ".join(f"${n}" for n in range(1, len(COLUMNS) + 1))
    return f"insert into {table_of(type)} ({', '.join(COLUMNS)}) values ({numbers})"


def _changed_meanwhile(type: str, many: int) -> Problem:
    return Problem(
        ProblemKind.CONFLICT,
        "AKS-STORE-030",
        f"{many} of the {type} resources changed meanwhile.",
        why="Somebody else wrote a newer version first; nothing of this commit was written.",
        now="Read again and repeat the change on what stands now.",
    )


def _taken() -> Problem:
    return Problem(
        ProblemKind.CONFLICT,
        "AKS-STORE-031",
        "A resource of this id exists already.",
        why="Somebody else created it first; nothing of this commit was written.",
        now="Read it and update it instead.",
    )


def _too_busy() -> Problem:
    return Problem(
        ProblemKind.OVERLOADED,
        "AKS-STORE-033",
        "The change met too many others at the same time.",
        why=f"It was tried {TRIES_MAX} times; nothing of it was written.",
        now="Try again in a moment.",
    )
