"""Brings the tree up to the events of now: chain, leaves, tiles, second computation, signature. Who grows it when: `log`.

One batch is one transaction: the leaves are counted here and by the database, tiles and edge are written, read back and
counted another way, and only then the root is signed and all of it kept (docs/adr/0007).
"""

import asyncio
import logging
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from akson.audit import checkpoint, origin
from akson.audit.chain import Chains, Head
from akson.audit.merkle import EMPTY_ROOT, Edge
from akson.audit.recount import Disagreement, recount
from akson.fhir.problem import Problem, ProblemKind
from akson.store.audit_log import AuditLogStore, Growth, Outcome, Stored, TileRow, UngrownRow
from akson.world import Clock

GROW_EVENTS_MAX = 2_500
PIECE = 250
"""Leaves that are hashed before others get a turn: well below a millisecond."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _State:
    """How far the tree is: its edge, the root that was signed over it, and whose epoch goes on. Never changed in place,
    since two may be growing at once, of whom the database lets one be first."""

    edge: Edge
    root: bytes
    epoch: int


class Tree:
    """`first_origin` is the origin of the first epoch; see `audit.origin`."""

    def __init__(
        self, rows: AuditLogStore, *, key: Ed25519PrivateKey, first_origin: str, clock: Clock
    ) -> None:
        self._rows = rows
        self._key = key
        self._first_origin = first_origin
        self._clock = clock
        self._state: _State | None = None

    def forget(self) -> None:
        """The next growth reads anew how far the tree is."""
        self._state = None

    async def grow(self) -> None:
        """Over every event of now; those that come meanwhile are the next growth's. Nothing when somebody else does it.

        Raises Problem AKS-AUDIT-012 when two computations disagree: the events are safe, and nothing was signed."""
        state = self._state or await self._load()
        while rows := await self._rows.ungrown(state.edge.size, GROW_EVENTS_MAX):
            try:
                grown = await self._over(state, rows)
            except Disagreement as odd:
                self._state = None
                raise _disagrees(str(odd)) from odd
            if grown is None:
                self._state = None
                return
            self._state = state = grown
            if len(rows) < GROW_EVENTS_MAX:
                # Under load more are always there by now: a tree of ten leaves at a time costs more than the log does.
                return

    async def _over(self, state: _State, rows: list[UngrownRow]) -> _State | None:
        """The larger tree; None when another was first."""
        chains, leaves = Chains(), []
        grown = Edge(state.edge.size, [list(level) for level in state.edge.levels])
        tiles: list[TileRow] = []
        for at in range(0, len(rows), PIECE):
            piece = rows[at : at + PIECE]
            for row in piece:
                if row.seq and row.patient:
                    chains.heads.setdefault((row.tenant, row.patient), Head(row.seq, row.head))
            made = chains.leaves(piece)
            leaves += made
            tiles += [TileRow(t.level, t.n, t.data) for t in grown.append(made)]
            await asyncio.sleep(0)
        growth = Growth(tiles, grown.size, grown.encode(), b"".join(leaves), state.epoch, self._clock.now())
        root = b""

        def seal(stored: Stored) -> bytes:
            nonlocal root
            root = recount(state.edge, state.root, leaves, stored.tiles, stored.edge)
            if root != grown.root():
                raise Disagreement("two ways of counting give two roots")
            point = checkpoint.Checkpoint(origin.of_epoch(self._first_origin, state.epoch), grown.size, root)
            return checkpoint.sign(point, self._key)

        outcome = await self._rows.grow(state.edge.size, growth, seal)
        if outcome is Outcome.DISAGREES:
            raise Disagreement("the database counts other leaves from the same rows")
        return None if outcome is Outcome.BEATEN else _State(grown, root, state.epoch)

    async def _load(self) -> _State:
        """From the database, and only on from a root that this node has signed."""
        tree = await self._rows.tree()
        edge = Edge.decode(tree.size, tree.edge)
        if not tree.size:
            return _State(edge, EMPTY_ROOT, tree.epoch)
        stored = await self._rows.checkpoint(tree.size)
        signed = checkpoint.verify_any(stored.note, self._key.public_key()) if stored else None
        known = signed is not None and origin.epoch_of(self._first_origin, signed.origin) is not None
        if signed is None or not known or signed.size != tree.size:
            raise _disagrees("the newest state of the tree has no checkpoint of this node")
        return _State(edge, signed.root, tree.epoch)


def _disagrees(why: str) -> Problem:
    _log.error("AKS-AUDIT-012 the tree of the access log was not grown: %s", why)
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-AUDIT-012",
        "The tree of the access log was not grown, and nothing was signed.",
        why=f"Two computations of it disagree: {why}.",
        now="The events are stored. Run `akson log verify`, and check the machine's memory and disk.",
        permanent=True,
    )
