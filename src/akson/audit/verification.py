"""`akson log verify`: the whole log computed again from its stored rows.

Checks that places follow one another, that each event can be read and agrees with the columns beside it, that leaves make
the stored tiles and the stored edge, and that each checkpoint is signed by the node's key over the root of its size. Events
of the last moment may stand behind the tree; they are read like the others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from akson.audit import canonical, checkpoint
from akson.audit.log import AccessLog
from akson.audit.merkle import Edge, leaf_hash
from akson.fhir.problem import Problem
from akson.store.audit_log import LogRow

ROWS_EACH = 5_000
CHECKPOINTS_MAX = 1_000_000


@dataclass(slots=True)
class Report:
    size: int = 0
    under_tree: int = 0
    """Events that the tree and its newest checkpoint hold; those of the last moment follow."""
    events: int = 0
    tiles: int = 0
    checkpoints: int = 0
    root: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


async def verify(log: AccessLog, *, progress: Callable[[int, int], None] = lambda done, of: None) -> Report:
    """Reads everything; never changes anything. Events appended meanwhile are left out."""
    tree = await log.rows.tree()
    size = await log.rows.size()
    report = Report(size=size, under_tree=tree.size)
    if tree.size > size:
        report.faults.append(f"the tree holds {tree.size} events, more than the log")
    notes = await _signed_roots(log, report, size)
    edge = Edge()
    while edge.size < size:
        end = tree.size if edge.size < tree.size else size
        rows = await log.rows.events(edge.size, min(ROWS_EACH, end - edge.size))
        if not rows:
            report.faults.append(f"events from place {edge.size} are missing")
            return report
        if not await _take(log, rows, edge, notes, report):
            return report
        progress(edge.size, size)
        if edge.size == tree.size and edge.encode() != tree.edge:
            report.faults.append("the stored edge of the tree is not the one its events make")
    report.root = edge.root().hex()
    return report


async def _signed_roots(log: AccessLog, report: Report, size: int) -> dict[int, list[bytes]]:
    """Checkpoint sizes with the roots signed for them."""
    roots: dict[int, list[bytes]] = {}
    for stored in await log.rows.checkpoints(CHECKPOINTS_MAX):
        if stored.size > size:
            # Either written since we began, or the log was cut back: the latter shows as a size above the newest state.
            if stored.size > await log.rows.size():
                report.faults.append(f"a checkpoint of size {stored.size} stands beyond the log's end")
            continue
        signed = checkpoint.verify(bytes(stored.note), log.public_key, log.origin)
        if signed is None or signed.size != stored.size:
            report.faults.append(f"the checkpoint of size {stored.size} is not signed by this node's key")
            continue
        roots.setdefault(signed.size, []).append(signed.root)
    return roots


async def _take(
    log: AccessLog, rows: list[LogRow], edge: Edge, notes: dict[int, list[bytes]], report: Report
) -> bool:
    for row in rows:
        if row.idx != edge.size:
            report.faults.append(f"place {edge.size} is missing; the next event stands at {row.idx}")
            return False
        fault = _event_fault(row)
        if fault:
            report.faults.append(f"the event at place {row.idx} {fault}")
        for tile in edge.append([leaf_hash(bytes(row.salt), bytes(row.canonical))]):
            if edge.size > report.under_tree:
                continue
            stored = await log.rows.tile(tile.level, tile.n)
            report.tiles += 1
            if stored is None or bytes(stored) != tile.data:
                report.faults.append(f"tile {tile.level}/{tile.n} is not the one its events make")
        report.events += 1
        for root in notes.pop(edge.size, ()):
            report.checkpoints += 1
            if root != edge.root():
                report.faults.append(f"the checkpoint of size {edge.size} was signed over another history")
    return True


def _event_fault(row: LogRow) -> str:
    try:
        event = canonical.decode(bytes(row.canonical))
    except Problem:
        return "cannot be read"
    beside = (bytes(row.event_id), row.tenant, row.at, row.patient, row.actor)
    inside = (event.id, event.tenant, event.at, event.patient, event.actor_id)
    return "" if beside == inside else "does not agree with the columns beside it"
