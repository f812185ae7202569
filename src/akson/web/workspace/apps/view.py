"""What the list of apps shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AppChoice:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class AppsView:
    patient: str
    name: str
    apps: tuple[AppChoice, ...]


@dataclass(frozen=True, slots=True)
class StartView:
    address: str
    app: str
