"""The FHIR door: HTTP routes, interactions, capability statement. Entry point: `build`."""

from pathlib import Path

from akson.api.door import Door, Identifies
from akson.api.fence import Fence
from akson.api.smart import SmartEndpoints
from akson.identity.rates import Rates, unlimited
from akson.identity.smart.server import AuthorizationServer
from akson.record.door import Record
from akson.sharing.legacy.values import Wrap
from akson.sharing.plan.plans import SharedPlans
from akson.sharing.summary.document import Maker
from akson.terminology import Terminology

__all__ = ["build"]


def build(
    record: Record,
    *,
    callers: Identifies,
    smart: AuthorizationServer | None = None,
    base_url: str = "",
    terminology: Terminology | None = None,
    profiles: Path | None = None,
    rates: Rates | None = None,
    plans: SharedPlans | None = None,
    wrap: Wrap | None = None,
    summaries: Maker | None = None,
    fence: Fence | None = None,
) -> Door:
    """The ASGI application for everything below /fhir.

    `callers` tell who a request comes from, or raise Problem UNAUTHENTICATED, and how to come again. `smart`: the
    node as authorization server of apps. `base_url` is the
    address others know this node by, without /fhir; when empty, links say what the client called us. `terminology`: the
    words of the node, for its operations and for searches; what comes with Akson when none is given.
    `profiles`: a folder of profiles for $validate. `rates`: how often one may ask; without them as often as she likes.
    `plans`: the shared plans of the node, for $shared-plan; without them nobody may. `summaries`: who answers for the
    patient summaries of the node, for $summary; without it, whoever runs Akson here.
    `wrap`: the product that the node stands before, read-only; the capability statement says so. `fence`: refuses writes
    where copies are kept for others.
    """
    rates = rates or unlimited()
    endpoints = SmartEndpoints(smart, base_url, rates) if smart else None
    words = terminology or Terminology.of_this_installation()
    return Door(record, callers, endpoints, base_url, words, profiles, rates, plans, summaries, wrap, fence)
