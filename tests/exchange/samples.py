"""Messages for tests: the lab's own, bent one way at a time, and the official ones from the shared folder."""

import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from akson.app.demo import astrid_admission_arguments
from akson.exchange.envelope.apprec import AppRec, read_apprec
from akson_lab.facts import Party, Shipment, Stay
from akson_lab.hospital import admission_message, discharge_message

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
OLD, NEW = "2009-06-30", "2012-04-01"
"""The namespaces of PLO 1.5 and 1.6; their patient logistics have the same elements."""


def id(number: int) -> str:
    return str(uuid.UUID(int=number, version=4))


def stay(**more: object) -> Stay:
    told = astrid_admission_arguments(NOW)
    fields = {
        name: getattr(told, name) for name in Stay.__dataclass_fields__ if name not in ("sender", "receiver")
    }
    sender, receiver = (
        Party(a.organisation, a.organisation_her, a.service, a.service_her)
        for a in (told.sender, told.receiver)
    )
    return Stay(**{**fields, "sender": sender, "receiver": receiver, **more})  # type: ignore[arg-type]


def admission(number: int = 1, *, status: str = "N", parent: int | None = None, **more: object) -> bytes:
    return admission_message(stay(**more), _shipment(number, status, parent))


def discharge(number: int = 2, *, status: str = "N", parent: int | None = None, **more: object) -> bytes:
    shipment = _shipment(number, status, parent)
    return discharge_message(stay(**more), shipment, discharged_at=NOW + timedelta(days=2))


def _shipment(number: int, status: str, parent: int | None) -> Shipment:
    return Shipment(id(number), status, id(parent) if parent is not None else "")


def bent(message: bytes, *pairs: tuple[str, str]) -> bytes:
    """The message with each text replaced once; fails when it is not there."""
    text = message.decode("utf-8")
    for before, after in pairs:
        assert before in text, before
        text = text.replace(before, after, 1)
    return text.encode("utf-8")


def without(message: bytes, element: str) -> bytes:
    """The message without the first element of that name."""
    text, count = re.subn(
        rf"<(\w+:)?{element}\b(?:[^>]*/>|.*?</(\w+:)?{element}>)", "", message.decode(), count=1, flags=re.S
    )
    assert count, element
    return text.encode()


def copy_to(message: bytes, her: str, service_her: str) -> bytes:
    other = (
        '<OtherReceiver><RoleReceiver V="COP" DN="Kopimottaker"/><Organisation><OrganisationName>Kopi</OrganisationName>'
        f'<Ident><Id>{her}</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident><Organisation>'
        f"<OrganisationName>Tjeneste</OrganisationName><Ident><Id>{service_her}</Id>"
        '<TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident></Organisation></Organisation></OtherReceiver>'
    )
    return bent(message, ("</Receiver>", f"</Receiver>{other}"))


def receipt(content: bytes | str) -> AppRec:
    return read_apprec(content if isinstance(content, bytes) else content.encode())


def official(shared: Path) -> list[tuple[str, bytes]]:
    """Every official example of the two types: of 1.6 as it is, of 1.5 under the namespace of 1.6."""
    found = []
    for path in sorted((shared / "norwegian-messages").rglob("*.xml")):
        content = path.read_bytes()
        if b'V="LOG_INNLAGT"' in content or b'V="LOG_UTSKREVET"' in content:
            found.append((path.name, content.replace(OLD.encode(), NEW.encode())))
    return found


def as_told(message: Stay, **more: object) -> Stay:
    return replace(message, **more)  # type: ignore[arg-type]
