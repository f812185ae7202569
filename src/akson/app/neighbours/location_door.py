"""The index as other nodes reach it: who holds what about one person (people ask), and what sources say (machines tell).

    POST /sharing/location/_search   person=13816099990   {"holdings": [{"source": …, "kind": …, "since": …, "told": …}]}
    POST /sharing/location/_tell     {"statements": […]}  {}

A question is answered about whom the asker's enterprise attests, and nobody else; it stands in this node's log under the
decision that stands in the asker's. A source is who its token's enterprise is, by sharing.toml.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from akson.access.actor import PurposeOfUse
from akson.app import api_issuers
from akson.app.neighbours.declared import Declared
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.attestation.receiving import attested_persons
from akson.identity.callers import Shown
from akson.record.acts.locate import located
from akson.sharing.location.index import Index
from akson.sharing.location.messages import BODY_BYTES_MAX, holdings, read_statements
from akson.sharing.location.values import SEARCH_PATH, TELL_PATH

if TYPE_CHECKING:
    from akson.app.wiring import Node

SCOPE = "location"
KEY = "location"


def index_of(node: "Node") -> Index:
    return Index(node.location, node.record.store.derived_key(KEY), clock=node.clock)


class LocationDoor:
    def __init__(self, node: "Node", declared: Declared) -> None:
        self._record = node.record
        self._index = index_of(node)
        self._callers = api_issuers.callers(node)
        self._machines = api_issuers.machines(node)
        self._sources = {source.org: source.id for source in declared.sources}
        if declared.us is not None:
            self._sources[declared.us.org] = declared.us.id

    @property
    def handlers(self) -> Mapping[str, Callable[[Shown, bytes], Awaitable[bytes]]]:
        return {SEARCH_PATH: self.search, TELL_PATH: self.tell}

    async def search(self, shown: Shown, body: bytes) -> bytes:
        """Raises Problem UNAUTHENTICATED as the FHIR door does, FORBIDDEN AKS-SHARE-032 for whom nobody vouches."""
        caller = await self._callers.identify(shown)
        persons = parse_qs(body[:BODY_BYTES_MAX].decode("ascii", "replace")).get("person", [])
        vouched = attested_persons((shown.authorization or "").partition(" ")[2].strip())
        permitted = bool(persons) and set(persons) <= set(vouched)
        purpose = caller.purpose or PurposeOfUse.TREATMENT
        await located(self._record.open(caller.actor, purpose, ground=caller.ground), permitted)
        if not permitted:
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-SHARE-032",
                "Nobody vouches for care of this person.",
                now="Ask with a token whose attestation names her.",
            )
        return holdings(await self._index.who(persons))

    async def tell(self, shown: Shown, body: bytes) -> bytes:
        """Raises Problem FORBIDDEN AKS-SHARE-033 for an enterprise that is no source here, MALFORMED AKS-SHARE-021."""
        machine = await self._machines.identify(shown, SCOPE)
        source = self._sources.get(machine.org)
        if source is None:
            raise Problem(
                ProblemKind.FORBIDDEN,
                "AKS-SHARE-033",
                "This enterprise is not known as a source here.",
                now="Let the index's owner add it to sharing.toml.",
            )
        if len(body) > BODY_BYTES_MAX:
            raise Problem(ProblemKind.TOO_LARGE, "AKS-SHARE-034", "Too much is told at once.")
        for statement in read_statements(body):
            await self._index.hear(source, statement)
        return b"{}"
