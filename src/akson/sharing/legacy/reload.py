"""A filling into the record, and a newer one over it: only what differs is written, what is gone is deleted.

What stands is asked of the record itself, type by type, so that there is no second book to disagree with it. A load that was
broken off is taken again from the start and finds its first half unchanged.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass

from akson.fhir.codec import json
from akson.fhir.search.parsing import parse
from akson.record.session import RecordSession
from akson.record.values import Change
from akson.sharing.legacy.marks import SOURCE
from akson.sharing.legacy.values import Filling, Resource

BATCH = 500
PAGE = 500


@dataclass(frozen=True, slots=True)
class Reloaded:
    created: int
    updated: int
    unchanged: int
    deleted: int


async def take(session: RecordSession, filling: Filling, *, adapter: str, types: Iterable[str]) -> Reloaded:
    """`session` is that of the node itself. `types`: those whose standing resources of this adapter are compared."""
    standing = dict([one for type in types async for one in _standing(session, type, adapter)])
    wanted = {(r["resourceType"], r["id"]): r for r in filling.resources}
    new = [r for key, r in wanted.items() if key not in standing]
    changed = [r for key, r in wanted.items() if key in standing and not _same(r, standing[key])]
    gone = [key for key in standing if key not in wanted]
    for batch in _batches([*new, *changed]):
        await session.commit([Change("PUT", r["resourceType"], id=r["id"], resource=r) for r in batch])
    for keys in (gone[at : at + BATCH] for at in range(0, len(gone), BATCH)):
        await session.commit([Change("DELETE", type, id=id) for type, id in keys])
    return Reloaded(len(new), len(changed), len(wanted) - len(new) - len(changed), len(gone))


async def _standing(
    session: RecordSession, type: str, adapter: str
) -> AsyncIterator[tuple[tuple[str, str], Resource]]:
    cursor: str | None = None
    while True:
        asked = [("_count", str(PAGE)), *([("_cursor", cursor)] if cursor else [])]
        page = await session.search(parse(type, asked))
        for version in page.matches:
            resource = json.parse(version.body or b"{}")
            if str(resource.get("meta", {}).get("source", "")).startswith(f"{SOURCE}:{adapter}#"):
                yield (type, str(resource["id"])), resource
        cursor = page.next_cursor
        if cursor is None:
            return


def _same(wanted: Resource, stands: Resource) -> bool:
    """Apart from what the record itself adds."""
    kept = {k: v for k, v in stands.get("meta", {}).items() if k not in ("versionId", "lastUpdated")}
    return json.encode(_sorted({**stands, "meta": kept})) == json.encode(_sorted(wanted))


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_sorted(one) for one in value]
    return value


def _batches(resources: Sequence[Resource]) -> Iterator[Sequence[Resource]]:
    return (resources[at : at + BATCH] for at in range(0, len(resources), BATCH))
