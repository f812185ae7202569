"""The index as a source reaches it over HTTP: in its own name, by a machine's token bound to its key."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.location.index import Index
from akson.sharing.location.messages import statements
from akson.sharing.location.values import TELL_PATH, Statement
from akson.sharing.network import Network, NoReply


class MachineKey(Protocol):
    """`identity.openid.machine.MachineTokens`."""

    async def headers(self, method: str, url: str, *, nonce: str = "") -> Mapping[str, str]: ...
    def forget(self) -> None: ...


class RemoteIndex:
    """The index of another node."""

    def __init__(self, address: str, key: MachineKey, network: Network) -> None:
        self._url = f"{address}{TELL_PATH}"
        self._key = key
        self._network = network

    async def tell(self, said: Sequence[Statement]) -> None:
        """Raises Problem OVERLOADED AKS-SHARE-022 when it has not taken them: they are told again."""
        headers = {"content-type": "application/json", **await self._key.headers("POST", self._url)}
        try:
            reply = await self._network.send(self._url, statements(said), headers)
        except NoReply as away:
            raise _not_taken(str(away)) from away
        if reply.status == 401:
            self._key.forget()
        if reply.status not in (200, 204):
            raise _not_taken(f"status {reply.status}")


class OwnIndex:
    """The index that this node is itself."""

    def __init__(self, index: Index, us: str) -> None:
        self._index = index
        self._us = us

    async def tell(self, said: Sequence[Statement]) -> None:
        for one in said:
            await self._index.hear(self._us, one)


def _not_taken(why: str) -> Problem:
    return Problem(
        ProblemKind.OVERLOADED,
        "AKS-SHARE-022",
        "The index has not taken what it was told.",
        why=f"{why}.",
        now="It is told again; see that the index answers, and that it knows this node.",
    )
