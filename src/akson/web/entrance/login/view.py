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
class LoginView:
    node: str
    demo: bool
    story: str
    staff: tuple[Choice, ...]
    citizens: tuple[Choice, ...]
    goal: str
    """Where to go after login; "" for the usual place."""
    left: bool
    """Whether the reader has just logged out."""
