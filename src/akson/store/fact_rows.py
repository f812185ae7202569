"""Facts beside the resources that give them: barriers, representations, traits, addresses, links. Care relations, which
many resources give, are written by the commit itself (sql/finish_commit.sql); the rest is rare and stands here.

Everything here runs in the transaction of a commit or of reindexing. Which facts a resource gives is worked out above.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from akson.access.facts import DRAFT_OF, Barrier, Representation
from akson.store.buckets import bucket_of
from akson.store.keys import Keys
from akson.store.statements import statement
from akson.store.values import Write

SOURCES = frozenset({"Consent", "Patient", "RelatedPerson"})
"""Types that may have rows in these tables; nothing of others needs to be taken away when they change."""
_PEOPLE = frozenset({"Patient", "RelatedPerson"})
_LINK_LOCK = 0x616B6C6B
_BARRIERS = (
    "tenant", "valid_from", "valid_to", "persons_except", "roles_except", "enterprises_except", "categories_except",
    "patient_id", "kind", "persons", "roles", "enterprises", "categories", "source_type", "source_id",
)  # fmt: skip
_REPRESENTATIONS = (
    "tenant", "patient", "valid_from", "valid_to", "patient_id", "representative", "basis", "categories",
    "source_type", "source_id",
)  # fmt: skip


async def replace(connection: Any, keys: Keys, tenant: int, writes: Sequence[Write]) -> None:
    """What the versions before these said is gone, what these say stands."""
    await _replace(connection, keys, tenant, writes, [w for w in writes if w.version > 1])


async def rebuild(connection: Any, keys: Keys, tenant: int, writes: Sequence[Write]) -> None:
    """The facts of versions that stand already, in place of what they were taken to say before."""
    await _replace(connection, keys, tenant, writes, writes)


async def tighten_history(connection: Any, tenant: int, type: str, writes: Sequence[Write]) -> None:
    """A label put on, or a release put off, holds for the versions before too: they say nearly the same. Whether one was a
    draft is said of it alone."""
    stricter = [
        (tenant, type, w.id, bucket_of(w.id), _lasting(w.derived.labels), w.derived.released)
        for w in writes
        if tightens(w)
    ]
    if stricter:
        await connection.executemany(statement("tighten_history", type), stricter)


def tightens(write: Write) -> bool:
    """Whether it may make the versions before it stricter."""
    return bool(_lasting(write.derived.labels) or write.derived.released)


def _lasting(labels: Sequence[str]) -> list[str]:
    return [label for label in labels if not label.startswith(DRAFT_OF)]


async def _replace(
    connection: Any, keys: Keys, tenant: int, writes: Sequence[Write], known: Sequence[Write]
) -> None:
    """`known` are those of which facts may stand already."""
    await _forget(connection, tenant, [write for write in known if write.type in SOURCES])
    told = [write for write in writes if write.derived.beyond_relations]
    barriers = [_barrier(tenant, w, row) for w in told for row in w.derived.barriers]
    if barriers:
        await _insert(connection, "barrier", _BARRIERS, barriers)
    representations = [
        _representation(keys, tenant, w, row) for w in told for row in w.derived.representations
    ]
    if representations:
        await _insert(connection, "representation", _REPRESENTATIONS, representations)
    traits = [(tenant, t.birth_date, t.protected, t.patient) for w in told for t in w.derived.traits]
    if traits:
        await connection.executemany(statement("set_trait"), traits)
    addresses = dict.fromkeys(
        (tenant, _address_key(keys, tenant, text), f"{w.type}/{w.id}")
        for w in told
        for text in w.derived.addresses
    )
    if addresses:
        await _insert(connection, "address", ("tenant", "key", "owner"), list(addresses))
    await _link(connection, keys, tenant, writes, known)


async def _forget(connection: Any, tenant: int, changed: Sequence[Write]) -> None:
    consents = [write.id for write in changed if write.type not in _PEOPLE]
    people = [write for write in changed if write.type in _PEOPLE]
    if consents:
        for table in ("barrier", "representation"):
            await connection.execute(
                f"delete from record.{table} where tenant = $1 and source_type = 'Consent' and source_id = any($2)",
                tenant,
                consents,
            )
    if people:
        await connection.execute(
            "delete from record.representation where tenant = $1 and source_type = 'RelatedPerson' and source_id = any($2)",
            tenant,
            [write.id for write in people if write.type == "RelatedPerson"],
        )
        await connection.execute(
            "delete from record.address where tenant = $1 and owner = any($2)",
            tenant,
            [f"{write.type}/{write.id}" for write in people],
        )


async def _insert(
    connection: Any, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    await connection.copy_records_to_table(table, schema_name="record", columns=columns, records=rows)


def _barrier(tenant: int, write: Write, row: Barrier) -> tuple[Any, ...]:
    return (
        tenant, row.valid_from, row.valid_to, row.persons_except, row.roles_except, row.enterprises_except,
        row.categories_except, row.patient, row.kind, row.persons, row.roles, row.enterprises, row.categories,
        write.type, write.id,
    )  # fmt: skip


def _representation(keys: Keys, tenant: int, write: Write, row: Representation) -> tuple[Any, ...]:
    return (
        tenant, keys.target(tenant, f"Patient/{row.patient}"), row.valid_from, row.valid_to, row.patient,
        row.representative, row.basis, row.categories, write.type, write.id,
    )  # fmt: skip


def _address_key(keys: Keys, tenant: int, text: str) -> bytes:
    """Sixteen bytes: two who live apart never meet, and nobody reads an address out of it."""
    key = keys.derived("address")[:32]
    return blake2b(f"{tenant}|{text}".encode(), digest_size=16, key=key).digest()


async def _link(
    connection: Any, keys: Keys, tenant: int, writes: Sequence[Write], known: Sequence[Write]
) -> None:
    """Which Patients are one person is worked out anew for those whose links changed, and for all who hang together."""
    patients = {write.id: write.derived.links for write in writes if write.type == "Patient"}
    standing: set[str] = set()
    changed = [id for id, links in patients.items() if links]
    linked = [write.id for write in known if write.type == "Patient"]
    if linked:
        rows = await connection.fetch(
            "select distinct patient_id from record.patient_link where tenant = $1 and patient_id = any($2)",
            tenant,
            linked,
        )
        standing = {row["patient_id"] for row in rows}
    touched = sorted(standing.union(changed))
    if not touched:
        return
    # Two who link at the same moment would each miss what the other writes.
    await connection.execute("select pg_advisory_xact_lock($1, $2)", _LINK_LOCK, tenant)
    before = await connection.fetch(statement("linked_with"), tenant, touched)
    await connection.execute(
        "delete from record.patient_link where tenant = $1 and patient_id = any($2)", tenant, touched
    )
    edges = dict.fromkeys((tenant, id, other) for id in touched for other in patients[id] if other != id)
    if edges:
        await _insert(connection, "patient_link", ("tenant", "patient_id", "other_id"), list(edges))
    after = await connection.fetch(statement("linked_with"), tenant, touched)
    concerned = sorted({row["id"] for row in (*before, *after)}.union(touched))
    await connection.execute(
        "delete from record.same_person where tenant = $1 and patient_id = any($2)", tenant, concerned
    )
    pairs = await connection.fetch(statement("same_persons"), tenant, concerned)
    same = [
        (tenant, keys.target(tenant, f"Patient/{row['patient_id']}"), row["patient_id"], row["other_id"])
        for row in pairs
    ]
    if same:
        await _insert(connection, "same_person", ("tenant", "patient", "patient_id", "other_id"), same)
