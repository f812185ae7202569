"""What the citizen sees of her own list: what, how, what for, and in plain words where it comes from."""

from dataclasses import dataclass

from akson.web.shell.chart import Person


@dataclass(frozen=True, slots=True)
class MedicineRow:
    name: str
    """`Furosemid`."""
    product: str
    strength: str
    """`80 mg tablett`."""
    dose: str
    """`1 om morgenen`."""
    why: str
    until: str
    provenance: str
    """`Havnes sykehus sa dette 21.11.2026.`"""
    multidose: bool


@dataclass(frozen=True, slots=True)
class StoppedRow:
    name: str
    when: str
    why: str


@dataclass(frozen=True, slots=True)
class MyMedicines:
    person: Person
    proxy: bool
    groups: tuple[tuple[str, tuple[MedicineRow, ...]], ...]
    stopped: tuple[StoppedRow, ...]
    empty: str
    updated: str
    """`Hjemmetjenesten gikk gjennom lista i dag kl. 12:10. Ida Nilsen signerte.`"""
    path: str
    """Where the proxy's choice stays in the address."""
