"""Asks a log's witnesses to sign under its newest checkpoint, and keeps what they answer. The network is handed in.

A witness that has seen a longer log than there is, or another one of the same length, is the alarm all of this is for.
"""

import logging
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from akson.audit import checkpoint, cosigning, origin, tiles
from akson.audit.merkle import EMPTY_ROOT, consistency_proof
from akson.audit.policy import Named
from akson.audit.requests import AddCheckpoint

if TYPE_CHECKING:
    from akson.audit.log import AccessLog

Post = Callable[[str, bytes], Awaitable[tuple[int, str]]]
"""(address, body) -> status and text; raises OSError or TimeoutError when nobody answers."""

_log = logging.getLogger(__name__)


class Said(StrEnum):
    SIGNED = "signed"
    NOTHING_NEW = "nothing-new"
    SILENT = "silent"
    REFUSED = "refused"
    """It answers, and does not sign: it does not know this log, or not this key."""
    FORKED = "forked"
    """It has signed a state that this log cannot show: entries are missing, or were changed."""


async def ask(log: "AccessLog", witness: Named, post: Post) -> Said:
    """One witness about the newest checkpoint."""
    newest = await log.rows.checkpoints(1)
    # An empty log asks too: if the witness has seen entries, it was emptied.
    size, signed = (newest[0].size, newest[0].note) if newest else (0, await _of_nothing(log))
    old = await log.rows.witnessed(witness.name)
    if size < old:
        return _forked(witness, old, size)
    if size == old and size:
        return Said.NOTHING_NEW
    note = signed.decode()
    text, _ = checkpoint.split(signed)
    try:
        status, body = await _asked(log, witness, post, old, size, note)
        if status == 409 and body.strip().isdecimal():
            old = int(body)
            if old > size:
                return _forked(witness, old, size)
            status, body = await _asked(log, witness, post, old, size, note)
    except (OSError, TimeoutError) as failed:
        _log.warning("AKS-AUDIT-022 witness %s does not answer: %s", witness.name, type(failed).__name__)
        return Said.SILENT
    if status == 422:
        return _forked(witness, old, size)
    for line in body.splitlines(keepends=True):
        if status == 200 and cosigning.cosigned_at(text, line, witness.key) is not None:
            if not size:
                return Said.NOTHING_NEW
            await log.rows.keep_cosignature(size, witness.name, line, log.clock.now())
            return Said.SIGNED
    _log.warning("AKS-AUDIT-023 witness %s does not sign: %d", witness.name, status)
    return Said.REFUSED


async def _of_nothing(log: "AccessLog") -> bytes:
    epoch = (await log.rows.tree()).epoch
    empty = checkpoint.Checkpoint(origin.of_epoch(log.first_origin, epoch), 0, EMPTY_ROOT)
    return checkpoint.sign(empty, log.key)


async def _asked(
    log: "AccessLog", witness: Named, post: Post, old: int, size: int, note: str
) -> tuple[int, str]:
    path = await tiles.answered(log.rows, lambda hash_of: consistency_proof(old, size, hash_of))
    return await post(witness.url.rstrip("/") + "/add-checkpoint", AddCheckpoint(old, path, note).written())


def _forked(witness: Named, seen: int, size: int) -> Said:
    _log.error(
        "AKS-AUDIT-021 witness %s has seen another log: %d entries there, %d here. Nothing more is proved until this is "
        "explained; after a restore, `akson log epoch` declares it",
        witness.name,
        seen,
        size,
    )
    return Said.FORKED
