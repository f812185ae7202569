"""What is shown of a login at an issuer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoleChoice:
    place: int
    role: str
    unit: str


@dataclass(frozen=True, slots=True)
class RolesView:
    name: str
    roles: tuple[RoleChoice, ...]
