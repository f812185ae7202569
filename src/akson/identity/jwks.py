"""The keys of somebody else, by their ids, from the one place that was configured; renewed while running.

A set is never older than KEYS_AGE_MAX_S, so that a key that was taken out is refused within a minute. A key id that is not
known asks once more at once, but at most every REFETCH_MIN_S: whoever sends nonsense cannot make us hammer the issuer.
When the place does not answer the last set stays in use for KEYS_STALE_MAX_S. Spec: RFC 7517.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from akson.fhir.problem import Problem, ProblemKind
from akson.identity.jws import NotAccepted, PublicKey, public_key
from akson.world import Clock

KEYS_AGE_MAX_S = 55.0
KEYS_STALE_MAX_S = 3_600.0
REFETCH_MIN_S = 2.0
"""Also how long a call with a new key may wait for it."""
WAITING_MAX = 50
JWKS_BYTES_MAX = 256 * 1024
JWKS_KEYS_MAX = 100
FETCH_TIMEOUT_S = 5.0
METADATA_AGE_MAX_S = 24 * 3_600

Fetch = Callable[[str], Awaitable[bytes]]


class Keys:
    """The key set at `location`: an https address, or a file. `fetch` gives its bytes."""

    def __init__(
        self,
        location: str,
        *,
        clock: Clock,
        fetch: Fetch | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._location = location
        self._clock = clock
        self._fetch = fetch or fetched
        self._sleep = sleep
        self._known: dict[str, PublicKey] = {}
        self._read_at = 0.0
        """When the set in use was read."""
        self._asked_at = 0.0
        self._lock = asyncio.Lock()
        self._waiting = 0

    @property
    def good_until(self) -> float:
        """No verdict that rests on this set may be remembered longer (Unix seconds)."""
        return self._read_at + KEYS_AGE_MAX_S

    async def find(self, kid: object) -> PublicKey:
        """Raises NotAccepted when nobody there has such a key, Problem OVERLOADED AKS-TOKEN-006 when none are to be had."""
        if not isinstance(kid, str) or not kid or len(kid) > 200:
            raise NotAccepted("it does not say which key")
        if self._age() > KEYS_AGE_MAX_S:
            await self._renew(lambda: self._age() > KEYS_AGE_MAX_S)
        if kid not in self._known:
            await self._renew_for(kid)
        if kid not in self._known:
            raise NotAccepted("its key is not one of the issuer's")
        return self._known[kid]

    def _now(self) -> float:
        return self._clock.now().timestamp()

    def _age(self) -> float:
        return self._now() - self._read_at

    async def _renew_for(self, kid: str) -> None:
        """A new key: asked for now, or as soon as it may be; a few wait for it, the rest are told to come again."""
        wait = self._asked_at + REFETCH_MIN_S - self._now()
        if wait > 0:
            if self._waiting >= WAITING_MAX:
                raise _no_keys()
            self._waiting += 1
            try:
                await self._sleep(min(wait, REFETCH_MIN_S))
            finally:
                self._waiting -= 1
        await self._renew(lambda: kid not in self._known and self._now() - self._asked_at >= REFETCH_MIN_S)

    async def _renew(self, needed: Callable[[], bool]) -> None:
        async with self._lock:
            # Whoever held the lock may have brought what we came for.
            if not needed() or (self._known and self._now() - self._asked_at < REFETCH_MIN_S):
                return
            self._asked_at = self._now()
            try:
                self._known = read_keys(await self._fetch(self._location))
                self._read_at = self._now()
            except (OSError, TimeoutError, aiohttp.ClientError, NotAccepted) as failed:
                if not self._known or self._age() > KEYS_STALE_MAX_S:
                    self._known = {}
                    raise _no_keys() from failed


def read_keys(content: bytes) -> dict[str, PublicKey]:
    """Key id -> key of a JWKS. Keys of kinds that are not used are passed over. Raises NotAccepted."""
    try:
        listed = json.loads(content)["keys"]
    except (ValueError, KeyError, TypeError, RecursionError) as unreadable:
        raise NotAccepted("it is no key set") from unreadable
    if not isinstance(listed, list) or len(listed) > JWKS_KEYS_MAX:
        raise NotAccepted("it is no key set")
    found: dict[str, PublicKey] = {}
    for jwk in listed:
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if not isinstance(kid, str) or jwk.get("use", "sig") != "sig" or jwk.get("kty") not in ("RSA", "EC"):
            continue
        if kid in found:
            raise NotAccepted("two keys have one id")
        found[kid] = public_key(jwk)
    return found


async def fetched(location: str) -> bytes:
    """What stands at the address or in the file. No redirects. Raises OSError, TimeoutError, aiohttp.ClientError."""
    if "://" not in location:
        return await asyncio.to_thread(Path(location).read_bytes)
    timeout = aiohttp.ClientTimeout(total=FETCH_TIMEOUT_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(location, allow_redirects=False) as answer,
    ):
        if answer.status != 200:
            raise OSError(f"status {answer.status}")
        content = await answer.content.read(JWKS_BYTES_MAX + 1)
        if len(content) > JWKS_BYTES_MAX or not answer.content.at_eof():
            raise OSError("too large")
        return content


class Discovery:
    """The keys of an OpenID provider: where they are stands in its metadata, which is asked for once a day."""

    def __init__(self, *, clock: Clock, fetch: Fetch | None = None) -> None:
        self._clock = clock
        self._fetch = fetch or fetched
        self._found: dict[str, tuple[float, str]] = {}

    async def __call__(self, issuer: str) -> bytes:
        """A Fetch: the key set of `issuer`. Raises OSError, TimeoutError, aiohttp.ClientError, NotAccepted."""
        now = self._clock.now().timestamp()
        asked_at, place = self._found.get(issuer, (0.0, ""))
        if not place or now - asked_at > METADATA_AGE_MAX_S:
            place = await self._place(issuer)
            self._found[issuer] = (now, place)
        return await self._fetch(place)

    async def _place(self, issuer: str) -> str:
        content = await self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        try:
            told = json.loads(content)
            place = told["jwks_uri"]
        except (ValueError, KeyError, TypeError, RecursionError) as unreadable:
            raise NotAccepted("its metadata cannot be read") from unreadable
        if told.get("issuer") != issuer or not isinstance(place, str) or "://" not in place:
            raise NotAccepted("its metadata is somebody else's")
        if not is_safe_location(place):
            raise NotAccepted("its keys are not at a safe place")
        return place


def is_safe_location(location: str) -> bool:
    """https; plain http to this machine alone; or a file."""
    if "://" not in location:
        return bool(location)
    parts = urlsplit(location)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    )


def write_keys(keys: dict[str, dict[str, Any]]) -> bytes:
    """Key id -> JWK to the bytes of a JWKS."""
    return json.dumps({"keys": [jwk | {"kid": kid} for kid, jwk in keys.items()]}).encode()


def _no_keys() -> Problem:
    return Problem(
        ProblemKind.OVERLOADED,
        "AKS-TOKEN-006",
        "The issuer's keys are not to be had at the moment.",
        now="Try again in a few seconds.",
    )
