"""`akson log verify`: the whole log computed again from its stored rows.

Checks that places follow one another, that each event can be read and agrees with the columns beside it, that chains and
leaves make the stored tiles, the stored edge and the stored heads, that each checkpoint is signed by the node's key over the
root of its size, and that daily heads are sorted and are those of their time. Events of the last moment may stand behind
the tree; they are read like the others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from akson.audit import canonical, checkpoint, heads, origin, statements
from akson.audit.chain import Chains
from akson.audit.log import AccessLog
from akson.audit.merkle import Edge
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
    heads: int = 0
    """Daily heads that were found in the log and made again."""
    root: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


@dataclass(slots=True)
class _Walk:
    """How far the computation is."""

    log: AccessLog
    report: Report
    notes: dict[int, list[bytes]]
    heads: dict[int, heads.Stored]
    edge: Edge = field(default_factory=Edge)
    chains: Chains = field(default_factory=Chains)


async def verify(log: AccessLog, *, progress: Callable[[int, int], None] = lambda done, of: None) -> Report:
    """Reads everything; never changes anything. Events appended meanwhile are left out."""
    tree = await log.rows.tree()
    size = await log.rows.size()
    report = Report(size=size, under_tree=tree.size)
    if tree.size > size:
        report.faults.append(f"the tree holds {tree.size} events, more than the log")
    stored = {h.size: h for h in await heads.stored(log.rows) if h.size <= size}
    walk = _Walk(log, report, await _signed_roots(log, report, size), stored)
    edge = walk.edge
    while edge.size < size:
        end = tree.size if edge.size < tree.size else size
        rows = await log.rows.events(edge.size, min(ROWS_EACH, end - edge.size))
        if not rows:
            report.faults.append(f"events from place {edge.size} are missing")
            return report
        if not await _take(walk, rows):
            return report
        progress(edge.size, size)
        if edge.size == tree.size:
            if edge.encode() != tree.edge:
                report.faults.append("the stored edge of the tree is not the one its events make")
            await _compare_heads(walk)
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
        signed = checkpoint.verify_any(bytes(stored.note), log.public_key)
        if (
            signed is None
            or signed.size != stored.size
            or origin.epoch_of(log.first_origin, signed.origin) is None
        ):
            report.faults.append(f"the checkpoint of size {stored.size} is not signed by this node's key")
            continue
        roots.setdefault(signed.size, []).append(signed.root)
    return roots


async def _take(walk: _Walk, rows: list[LogRow]) -> bool:
    report, edge = walk.report, walk.edge
    for row in rows:
        if row.idx != edge.size:
            report.faults.append(f"place {edge.size} is missing; the next event stands at {row.idx}")
            return False
        fault = _event_fault(row)
        if fault:
            report.faults.append(f"the event at place {row.idx} {fault}")
        for tile in edge.append(walk.chains.leaves([row])):
            if edge.size > report.under_tree:
                continue
            stored = await walk.log.rows.tile(tile.level, tile.n)
            report.tiles += 1
            if stored is None or bytes(stored) != tile.data:
                report.faults.append(f"tile {tile.level}/{tile.n} is not the one its events make")
        report.events += 1
        for root in walk.notes.pop(edge.size, ()):
            report.checkpoints += 1
            if root != edge.root():
                report.faults.append(f"the checkpoint of size {edge.size} was signed over another history")
        if edge.size in walk.heads:
            await _compare_day(walk, walk.heads[edge.size])
    return True


async def _compare_heads(walk: _Walk) -> None:
    """That the stored heads of patients are those their events make."""
    wanted = {key: (head.seq, head.leaf) for key, head in walk.chains.heads.items()}
    found = {(h.tenant, h.patient): (h.seq, h.head) for h in await walk.log.rows.patient_heads()}
    # Others may have grown the tree since we began.
    if (await walk.log.rows.tree()).size == walk.edge.size and found != wanted:
        walk.report.faults.append("the stored heads of patients are not those their events make")


async def _compare_day(walk: _Walk, stored: heads.Stored) -> None:
    said = f"the daily heads of size {stored.size}"
    made = heads.build(walk.chains.heads.items(), stored.secret)
    rows = await walk.log.rows.by_event_id(stored.event_id)
    if rows is None:
        walk.report.faults.append(f"{said} are not stated in the log")
        return
    try:
        stated = statements.decode(rows.canonical)
    except ValueError:
        stated = None
    if (
        not isinstance(stated, statements.HeadsStatement)
        or (stated.size, stated.count, stated.root) != (stored.size, made.count, made.root)
        or stated.secret_hash != heads.secret_hash(stored.secret)
    ):
        walk.report.faults.append(f"{said} are not those of that time")
    walk.report.heads += 1


def _event_fault(row: LogRow) -> str:
    try:
        if statements.is_statement(row.canonical):
            statements.decode(row.canonical)
            return (
                ""
                if (row.tenant, row.patient, row.actor) == (0, "", "")
                else "does not agree with the columns beside it"
            )
        event = canonical.decode(bytes(row.canonical))
    except (Problem, ValueError):
        return "cannot be read"
    beside = (bytes(row.event_id), row.tenant, row.at, row.patient, row.actor)
    inside = (event.id, event.tenant, event.at, event.patient, event.actor_id)
    return "" if beside == inside else "does not agree with the columns beside it"
