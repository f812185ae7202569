"""What a policy consists of. Frozen; compared and hashed as objects, told apart by their digest."""

from functools import lru_cache
from typing import Literal

import msgspec

ALL = "*"
LOOKUPS_KEPT_MAX = 8_192
"""Roles, services, purposes and actions are few; the same lines are asked for again and again."""

TrustModel = Literal["source-decides", "consumer-attests", "mutual-trust"]


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of the table."""

    rule: str
    """The rule that reads it."""
    roles: tuple[str, ...]
    services: tuple[str, ...]
    classes: tuple[str, ...]
    purposes: tuple[str, ...]
    actions: tuple[str, ...]
    relations: tuple[str, ...]
    """Kinds of care relation of which one is needed; empty where the rule asks for none."""
    source: str
    """Legal source."""

    def meets(self, role: str, service: str, data_class: str, purpose: str, action: str) -> bool:
        return (
            _among(role, self.roles)
            and _among(service, self.services)
            and _among(data_class, self.classes)
            and _among(purpose, self.purposes)
            and _among(action, self.actions)
        )


class ProxyLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who may represent somebody of an age from `from_age` up to, not including, `until_age` years."""

    basis: str
    from_age: int
    until_age: int
    classes: tuple[str, ...]
    """Data classes; `log` is who has seen, which tells of all the others."""
    shares_address: bool
    """One with parental responsibility must be registered at the child's own address."""
    protected_address: bool
    """May also represent somebody whose address is protected."""
    withheld: tuple[str, ...]
    """Labels (9603) withheld from this representative and not from the person herself."""
    source: str


class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Codes of 9603 in `meta.security`."""

    restricted: tuple[str, ...]
    """The citizen has closed it without naming to whom: to all staff, until lifted."""
    withheld: tuple[str, ...]
    """Withheld from the citizen and those who represent her."""
    withheld_youth: tuple[str, ...]
    """Withheld from a youth, not from parents."""
    not_attested: tuple[str, ...]
    """Never shown to other enterprises."""


class Policy(msgspec.Struct, frozen=True, eq=False, forbid_unknown_fields=True):
    version: str
    edition: int
    """Which edition of the rules' code it was signed for: `akson.access.policy.EDITIONS`."""
    trust_model: TrustModel
    agreement: tuple[str, ...]
    """The enterprises in the agreement of mutual trust, as `Actor.enterprises` names them."""
    levels: dict[str, int]
    """Kind of actor -> level of assurance that the login must have."""
    clerical: tuple[str, ...]
    """Roles without any duty that needs a patient's record."""
    hours: dict[str, int]
    """How long a relation made by an act lasts, by its kind."""
    labels: Labels
    youth_until: int
    """Age in years from which nobody is a youth."""
    grants: tuple[Grant, ...]
    proxies: tuple[ProxyLine, ...]

    def granted(
        self, rule: str, role: str, service: str, data_class: str, purpose: str, action: str
    ) -> tuple[str, ...] | None:
        """Kinds of relation on which the rule's lines grant this, in their order; None when no line does."""
        return _granted(self, rule, role, service, data_class, purpose, action)


@lru_cache(maxsize=LOOKUPS_KEPT_MAX)
def _granted(
    policy: Policy, rule: str, role: str, service: str, data_class: str, purpose: str, action: str
) -> tuple[str, ...] | None:
    lines = [
        line
        for line in policy.grants
        if line.rule == rule and line.meets(role, service, data_class, purpose, action)
    ]
    return tuple(dict.fromkeys(kind for line in lines for kind in line.relations)) if lines else None


def _among(value: str, listed: tuple[str, ...]) -> bool:
    return value in listed or ALL in listed
