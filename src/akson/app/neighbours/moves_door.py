"""/sharing/moves/…: another municipality offers us somebody who comes here, and says what has become of it.

An offer is believed of an officer whom HelseID vouches for, of her own enterprise, about the persons it attests; the rest of
the enterprise that a machine's token names. Which moves are whose, `sharing.moves` judges.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from akson.access.actor import PurposeOfUse
from akson.app import api_issuers
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.attestation.receiving import attested_persons
from akson.identity.callers import Shown
from akson.record.acts.locate import located
from akson.sharing.moves import messages
from akson.sharing.moves.moves import Moves

if TYPE_CHECKING:
    from akson.app.neighbours.declared import Declared
    from akson.app.wiring import Node

SCOPE = "moves"


class MovesDoor:
    def __init__(self, node: "Node", declared: "Declared", moves: Moves) -> None:
        self._record = node.record
        self._moves = moves
        self._callers = api_issuers.callers(node)
        self._machines = api_issuers.machines(node)
        self._known = frozenset(source.org for source in declared.sources)

    @property
    def handlers(self) -> Mapping[str, Callable[[Shown, bytes], Awaitable[bytes]]]:
        return {messages.OFFER: self.offer, messages.TELL: self.tell}

    async def offer(self, shown: Shown, body: bytes) -> bytes:
        """Raises UNAUTHENTICATED as the FHIR door does, FORBIDDEN AKS-MOVE-023 and what `Moves.hear_offer` raises."""
        caller = await self._callers.identify(shown)
        vouched = attested_persons((shown.authorization or "").partition(" ")[2].strip())
        word = caller.actor.attested
        permitted = word is not None and word.legal_entity in self._known and bool(vouched)
        purpose = caller.purpose or PurposeOfUse.TREATMENT
        await located(self._record.open(caller.actor, purpose, ground=caller.ground), permitted)
        if word is None or not permitted:
            raise _unknown()
        return await self._moves.hear_offer(word.legal_entity, vouched, body)

    async def tell(self, shown: Shown, body: bytes) -> bytes:
        machine = await self._machines.identify(shown, SCOPE)
        if machine.org not in self._known:
            raise _unknown()
        return await self._moves.hear_told(machine.org, body)


def _unknown() -> Problem:
    return Problem(
        ProblemKind.FORBIDDEN,
        "AKS-MOVE-023",
        "This enterprise does not send moves here.",
        now="Let this node's owner add it to sharing.toml, and send as an officer who is vouched for.",
    )
