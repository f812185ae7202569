"""A new epoch: the log was restored to an older state, and says so in its own first entry (docs/adr/0009).

Kept entries stay where they are, under the new origin from the next checkpoint on. What an epoch lost is a number that
everybody can see: the size of the last checkpoint that anybody has of it, less what was kept.
"""

from typing import TYPE_CHECKING

from akson.audit import checkpoint, origin, tiles
from akson.audit.statements import EpochStatement
from akson.fhir.problem import Problem, ProblemKind
from akson.store.audit_log import StatementEntry
from akson.world import Random

if TYPE_CHECKING:
    from akson.audit.log import AccessLog


async def begin(log: "AccessLog", reason: str, last: str | None, random: Random) -> EpochStatement:
    """`last` is the newest checkpoint of the present epoch that a witness has, as a note; None when there is no witness.

    Raises Problem INVALID AKS-AUDIT-041 when `last` is not of this log, CONFLICT AKS-AUDIT-040 when nothing is missing.
    """
    await log.catch_up()
    tree = await log.rows.tree()
    note = last
    if note is None:
        newest = await log.rows.checkpoints(1)
        note = newest[0].note.decode() if newest else ""
    elif await _goes_on(log, tree.size, tree.epoch, note):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-AUDIT-040",
            "The log goes on from the checkpoint that was given; no new epoch is needed.",
            why="Everything that the witness has seen is still there, unchanged.",
        )
    stated = EpochStatement(log.clock.now(), tree.epoch + 1, tree.size, reason, note)
    entry = StatementEntry(random.bytes(16), stated.at, stated.encode(), random.bytes(16))
    if not await log.rows.begin_epoch(tree.size, stated.epoch, entry):
        raise Problem(
            ProblemKind.CONFLICT,
            "AKS-AUDIT-042",
            "No new epoch was begun: something was logged meanwhile.",
            now="Stop the node, and run it again.",
        )
    await log.catch_up()
    return stated


async def _goes_on(log: "AccessLog", size: int, epoch: int, note: str) -> bool:
    signed = checkpoint.verify_any(note.encode(), log.public_key)
    if signed is None or origin.epoch_of(log.first_origin, signed.origin) != epoch:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-AUDIT-041",
            "The checkpoint is not one of this log's present epoch.",
            now="Ask a witness for the newest: <its address>/<SHA-256 of the origin>/checkpoint.",
        )
    if signed.size > size:
        return False
    return not signed.size or signed.root == await tiles.answered(log.rows, lambda h: h(0, signed.size))
