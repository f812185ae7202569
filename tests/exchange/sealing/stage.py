"""One test root, a municipality and a hospital with both their pairs: made once, for making keys takes time."""

from datetime import UTC, datetime
from functools import cache

from akson.exchange.sealing import making, trust
from akson.exchange.sealing.keyring import Keyring

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
MUNICIPALITY, HOSPITAL = "974760673", "883974832"


@cache
def authority() -> making.Authority:
    return making.root(NOW)


@cache
def stranger() -> making.Authority:
    """A root that nobody trusts, with the same name."""
    return making.root(NOW)


@cache
def ring(number: str) -> Keyring:
    names = {MUNICIPALITY: "Lillefjord kommune", HOSPITAL: "Storfjord sykehus"}
    return making.keyring(authority(), number, names[number], NOW)


def trusted(**more: object) -> trust.Trust:
    return trust.of([authority().certificate], **more)  # type: ignore[arg-type]
