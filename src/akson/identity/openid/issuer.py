"""One issuer that this node trusts to say who somebody is: data from `issuers.toml`, checked there.

Issuer(id="helseid", name="HelseID", profile=Profile.HELSEID, address="https://helseid-sts.nhn.no", client_id="…",
       tenant=1, parent="981275721", child="873255102", resource="akson:storvik", scopes=("akson:storvik/login",))
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from akson.fhir.problem import Problem, ProblemKind

ALGORITHMS = ("PS256", "RS256", "ES256")
"""What an issuer may sign with. Neither `none` nor a shared secret can be configured: this list is the whole."""


class Profile(StrEnum):
    HELSEID = "helseid"
    """Staff. https://utviklerportal.nhn.no: FAPI 2.0 with DPoP, level 4, HPR number, organisation numbers."""
    IDPORTEN = "idporten"
    """Citizens. https://docs.digdir.no: level high, national id in `pid`."""


@dataclass(frozen=True, slots=True)
class Issuer:
    id: str
    """Word in our addresses and key files: `helseid`."""
    name: str
    """On the button: `HelseID`."""
    profile: Profile
    address: str
    """The issuer's name, exactly as it stands in its tokens."""
    client_id: str
    tenant: int
    parent: str = ""
    """Organisation number of the main unit that its logins must be for; "" when it is not asked for."""
    child: str = ""
    """Organisation number of the sub-unit asked for."""
    multi_tenant: bool = False
    """Whether the client is registered for many organisations: decides the form of the organisation request."""
    resource: str = ""
    """Audience of the access token (RFC 8707): an API of our own, whose organisation claims we read."""
    scopes: tuple[str, ...] = ()
    """Beyond those of the profile."""

    @property
    def for_citizens(self) -> bool:
        return self.profile is Profile.IDPORTEN

    @property
    def is_local(self) -> bool:
        """On this machine: a provider for tests."""
        return on_this_machine(self.address)

    def allows(self, url: object) -> bool:
        """Whether an address in its metadata may be asked: TLS, or a provider for tests that says its own machine."""
        if not isinstance(url, str):
            return False
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname:
            return True
        return parts.scheme == "http" and self.is_local and on_this_machine(url)


def on_this_machine(address: str) -> bool:
    """By number, not by name: what `localhost` is, another may decide."""
    try:
        return ip_address(urlsplit(address).hostname or "").is_loopback
    except ValueError:
        return False


def unreachable(issuer: Issuer, why: str) -> Problem:
    return Problem(
        ProblemKind.OVERLOADED,
        "AKS-LOGIN-001",
        f"{issuer.name} does not answer.",
        why=why,
        now="Try again in a while; if it lasts, look at the issuer's own status page.",
    )


def odd(issuer: Issuer, why: str) -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-LOGIN-002",
        f"{issuer.name} does not answer as its profile says.",
        why=why,
        now="Compare issuers.toml with the issuer's documentation.",
    )


def turned_down(issuer: Issuer, code: str) -> Problem:
    """The issuer refused what we sent; `code` is its own word, such as `invalid_client`."""
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-LOGIN-003",
        f"{issuer.name} refused this node's request.",
        why=f"It says: {code}.",
        now="Compare the client's registration (key, redirect address, scopes) with what `akson issuers` prints.",
    )


def not_accepted(why: str) -> Problem:
    """A token that does not hold. `why` names the check and never a value."""
    return Problem(
        ProblemKind.UNAUTHENTICATED,
        "AKS-LOGIN-020",
        "The login's token is not accepted.",
        why=f"Reason: {why}.",
        now="Log in again.",
    )
