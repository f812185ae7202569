"""What an issuer says of itself. OpenID Connect Discovery 1.0; no endpoint is written down here (HelseID FK2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from akson.identity.openid.issuer import Issuer, odd, unreachable
from akson.identity.openid.wire import NoAnswer, Wire
from akson.world import Clock

KEPT = timedelta(hours=24)
WELL_KNOWN = "/.well-known/openid-configuration"
_NEEDED = (
    "authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "token_endpoint",
    "jwks_uri",
)


@dataclass(frozen=True, slots=True)
class Metadata:
    authorization: str
    pushing: str
    """Where authorisation requests are pushed (RFC 9126)."""
    token: str
    keys: str
    end_session: str
    """"" when it has none."""
    names_itself: bool
    """Whether its answers to the browser carry `iss` (RFC 9207)."""


class Discovery:
    """Asks at most once a day; an issuer that does not answer is asked again at the next login."""

    def __init__(self, issuer: Issuer, wire: Wire, clock: Clock) -> None:
        self._issuer = issuer
        self._wire = wire
        self._clock = clock
        self._found: tuple[datetime, Metadata] | None = None

    async def metadata(self) -> Metadata:
        """Raises Problem AKS-LOGIN-001 (no answer) or -002 (not as the profile says)."""
        now = self._clock.now()
        if self._found is not None and now - self._found[0] < KEPT:
            return self._found[1]
        try:
            answer = await self._wire.get(self._issuer.address.rstrip("/") + WELL_KNOWN)
        except NoAnswer as failed:
            raise unreachable(self._issuer, f"Its metadata could not be fetched: {failed}.") from failed
        if answer.status != 200:
            raise unreachable(self._issuer, f"Its metadata was answered with status {answer.status}.")
        found = _read(self._issuer, answer.body)
        self._found = (now, found)
        return found


def _read(issuer: Issuer, body: dict[str, Any]) -> Metadata:
    if body.get("issuer") != issuer.address:
        raise odd(issuer, "Its metadata names another issuer than issuers.toml does.")
    missing = [name for name in _NEEDED if not issuer.allows(body.get(name))]
    if missing:
        raise odd(issuer, f"Its metadata has no usable {', '.join(missing)}.")
    if "S256" not in (body.get("code_challenge_methods_supported") or ()):
        raise odd(issuer, "It does not offer PKCE with S256.")
    end = body.get("end_session_endpoint")
    return Metadata(
        authorization=body["authorization_endpoint"],
        pushing=body["pushed_authorization_request_endpoint"],
        token=body["token_endpoint"],
        keys=body["jwks_uri"],
        end_session=end if isinstance(end, str) and issuer.allows(end) else "",
        names_itself=body.get("authorization_response_iss_parameter_supported") is True,
    )
