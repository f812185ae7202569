"""Which policy is in force in this process: the one of the release, or the last one activated; looked up again and again.

A session keeps the policy it was opened under. Whoever activates one sees it in every worker within FOLLOW_EACH_S. An
activation whose signatures do not hold (a row that somebody put there by hand) is passed over, and said in the log.
"""

import asyncio
import logging
from collections.abc import Mapping
from types import MappingProxyType

from akson.access import policies
from akson.access.policies import Policy
from akson.access.policies.signing import Officer, Signature, activated
from akson.fhir.problem import Problem
from akson.store.activations import Activation, ActivationStore

FOLLOW_EACH_S = 20
log = logging.getLogger("akson.policy")


class PolicyInForce:
    """Call it: the policy. `refresh` before the first call."""

    def __init__(self, rows: ActivationStore) -> None:
        self._rows = rows
        own = policies.current()
        self._known: dict[str, Policy] = {policy.version: policy for policy in policies.released()}
        self._now = own
        self._passed_over: set[str] = set()

    def __call__(self) -> Policy:
        return self._now

    @property
    def known(self) -> Mapping[str, Policy]:
        """Every policy that was ever in force here, by version: what a replay asks."""
        return MappingProxyType(self._known)

    async def refresh(self) -> Policy:
        """The last activation that holds. Raises Problem when the store cannot be reached."""
        officers = [Officer(o.id, o.name, o.public_key) for o in await self._rows.officers()]
        found = policies.current()
        for row in await self._rows.all():
            # The same object each time: what is decided by it is kept by it.
            policy = self._known.get(row.version) or self._held(row, officers)
            if policy is not None:
                found = self._known[row.version] = policy
        if found.version != self._now.version:
            log.info("policy %s is in force", found.version)
        self._now = found
        return found

    async def follow(self) -> None:
        """Until cancelled. A store that does not answer leaves the policy as it is."""
        while True:
            await asyncio.sleep(FOLLOW_EACH_S)
            try:
                await self.refresh()
            except Exception as failed:  # Whatever it is: the task must live on when the database is back.
                log.warning("the policy could not be looked up: %s", type(failed).__name__)

    def _held(self, row: Activation, officers: list[Officer]) -> Policy | None:
        try:
            policy = policies.parse(row.body)
        except Problem:
            policy = None
        signatures = [Signature(officer, value) for officer, value in row.signatures.items()]
        if policy is not None and policy.version == row.version and activated(policy, signatures, officers):
            return policy
        if row.version not in self._passed_over:
            self._passed_over.add(row.version)
            log.error("AKS-APP-070 the activation of policy %s does not hold and is passed over", row.version)
        return None
