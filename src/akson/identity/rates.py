"""How often one may ask: token buckets, one for each user and each partner, in each process.

    rates = Rates(user=50, partner=500, login_per_minute=60, now_s=time.monotonic)
    rates.caller(actor)                     Problem AKS-IDENTITY-060 (user) or -061 (partner) when it is too often
    rates.entrance(address, account)        the same for logins, PINs and tokens: AKS-IDENTITY-062

A bucket holds ten seconds of its rate (of logins a minute), so a page of many parts and the start of a shift pass; what
comes on and on does not. One in each worker: with n of them up to n times as much is answered. Asking costs about a
microsecond and no I/O. Whole addresses and floods of connections are the proxy's to limit. Source: OWASP ASVS 5.0, 2.4.1.
"""

from collections.abc import Callable, Hashable
from math import ceil

from akson.access.actor import Actor, ActorKind
from akson.fhir.problem import Problem, ProblemKind

BURST_S = 10
BUCKETS_MAX = 20_000
"""Of one kind. Beyond it those that are full again are forgotten, which changes nothing; then all."""
KEY_CHARACTERS_MAX = 200


class Buckets:
    """`take` gives the seconds to wait, 0.0 when there is enough. `per_s` 0 is no limit."""

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s = per_s
        self._burst = burst
        self._left: dict[Hashable, tuple[float, float]] = {}

    def take(self, key: Hashable, now: float) -> float:
        if not self._per_s:
            return 0.0
        left, at = self._left.get(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_s)
        if left < 1.0:
            return (1.0 - left) / self._per_s
        if len(self._left) >= BUCKETS_MAX and key not in self._left:
            self._forget(now)
        self._left[key] = (left - 1.0, now)
        return 0.0

    def _forget(self, now: float) -> None:
        full_after = self._burst / self._per_s
        self._left = {key: kept for key, kept in self._left.items() if now - kept[1] < full_after}
        if len(self._left) >= BUCKETS_MAX:
            self._left.clear()


class Rates:
    """Built once per process by akson.app. Requests a second, and logins a minute; 0 is no limit."""

    def __init__(
        self, *, user: float, partner: float, login_per_minute: float, now_s: Callable[[], float]
    ) -> None:
        self._users = Buckets(user, user * BURST_S)
        self._partners = Buckets(partner, partner * BURST_S)
        self._entrances = Buckets(login_per_minute / 60, login_per_minute)
        self._now_s = now_s

    def caller(self, actor: Actor) -> None:
        """Raises OVERLOADED AKS-IDENTITY-060 or -061. The node's own system is not counted: nobody would be protected."""
        if actor.kind is ActorKind.SYSTEM and not actor.client:
            return
        now = self._now_s()
        wait = self._users.take((actor.tenant, actor.kind, actor.id), now)
        if wait:
            raise _too_often("060", "You ask", wait)
        partner = actor.attested.legal_entity if actor.attested else actor.client
        if partner and (wait := self._partners.take(partner, now)):
            raise _too_often("061", "Your organisation or app asks", wait)

    def entrance(self, address: str, account: str) -> None:
        """Of one address for one account. Raises OVERLOADED AKS-IDENTITY-062."""
        wait = self._entrances.take(f"{address} {account[:KEY_CHARACTERS_MAX]}", self._now_s())
        if wait:
            raise _too_often("062", "Somebody at your address tries to come in", wait)


def unlimited() -> Rates:
    """For a door without settings of its own."""
    return Rates(user=0, partner=0, login_per_minute=0, now_s=float)


def _too_often(number: str, who: str, wait: float) -> Problem:
    return Problem(
        ProblemKind.OVERLOADED,
        f"AKS-IDENTITY-{number}",
        f"{who} more often than this node answers one alone.",
        why="Others are to be answered too, and nobody is to read a register page by page in minutes.",
        now=f"Wait {ceil(wait)} s, then go on more slowly.",
        code="throttled",
        retry_after_s=ceil(wait),
    )
