"""What is configured about an issuer outside this node. Read from `[[api]]` in issuers.toml by akson.app."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

NATIONAL = "helseid"
"""The national trust anchor: it vouches for any member organisation."""
ENTERPRISE = "enterprise"
"""One enterprise, or a few in one house: it vouches for those that are listed, and for nobody else."""
PROFILES = (NATIONAL, ENTERPRISE)
ALGORITHMS = ("PS256", "RS256", "ES256")
TOKEN_TYPES = ("at+jwt", "JWT")
TOA_AGE_MAX_S = 3_600


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    issuer: str
    """Exactly as in `iss`."""
    audience: str
    """Exactly as in `aud`: what this node is called there."""
    jwks: str = ""
    """Where its keys are: an https address, or a file. "": where its metadata (OpenID discovery) says."""
    profile: str = NATIONAL
    tenant: int = 1
    own: tuple[str, ...] = ()
    """Organisation numbers of the municipality itself: whoever comes from there is looked up among its own professionals."""
    partners: tuple[str, ...] = ()
    """Organisation numbers of legal entities that this issuer may vouch for; of NATIONAL empty means any member."""
    scopes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Scope as registered there -> what it is here: {"storvik:akson/read": "user/*.rs"}."""
    algorithms: tuple[str, ...] = ALGORITHMS
    token_types: tuple[str, ...] = TOKEN_TYPES
    attestation_age_max_s: int = TOA_AGE_MAX_S

    def vouches_for(self, legal_entity: str) -> bool:
        if self.profile == NATIONAL and not self.partners:
            return True
        return legal_entity in self.partners
