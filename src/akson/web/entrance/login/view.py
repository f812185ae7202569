"""What the login page shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    name: str
    role: str
    unit: str
    hint: str


@dataclass(frozen=True, slots=True)
class IssuerChoice:
    id: str
    name: str
    for_citizens: bool


@dataclass(frozen=True, slots=True)
class LeavingView:
    address: str
    """The issuer's own place to log out."""


@dataclass(frozen=True, slots=True)
class LoginView:
    node: str
    demo: bool
    story: str
    staff: tuple[Choice, ...]
    citizens: tuple[Choice, ...]
    issuers: tuple[IssuerChoice, ...]
    goal: str
    """Where to go after login; "" for the usual place."""
    left: bool
    """Whether the reader has just logged out."""
