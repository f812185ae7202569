"""Options that several commands share, and how they become settings."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from akson.access.actor import Actor, PurposeOfUse
    from akson.app.settings import Settings

F = TypeVar("F", bound=Callable[..., object])

data = click.option(
    "--data",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Data folder of the node. [AKSON_DATA; akson-data]",
)
as_json = click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")


def running(command: F) -> F:
    """What `up` and `serve` take: --data, --host, --port, --workers, --tls-cert, --tls-key."""
    workers = click.option(
        "--workers", metavar="N", help="Web worker processes. [AKSON_WORKERS; one for each core]"
    )
    port = click.option("--port", metavar="PORT", help="Port; 0 takes a free one. [AKSON_PORT; 8080]")
    host = click.option("--host", metavar="ADDRESS", help="Address to listen on. [AKSON_HOST; 127.0.0.1]")
    key = click.option("--tls-key", metavar="FILE", help="Key of --tls-cert, PEM. [AKSON_TLS_KEY]")
    cert = click.option(
        "--tls-cert", metavar="FILE", help="Answer HTTPS with this chain, PEM. [AKSON_TLS_CERT]"
    )
    return data(host(port(workers(cert(key(command))))))


def settings(**options: object) -> "Settings":
    """The settings in force under these command line options. Raises Problem AKS-APP-001."""
    from akson.app import settings as all_settings

    return all_settings.load(options=options)


def actor(id: str) -> "Actor":
    """One of the cast, or `system`. Raises click.UsageError with the names there are."""
    from akson.app.cast import CAST

    if id not in CAST:
        raise click.UsageError(f"There is no actor {id!r}. Choose one of: {', '.join(CAST)}.")
    return CAST[id]


def usual_purpose(who: "Actor") -> "PurposeOfUse":
    """Why this kind of actor usually opens a record."""
    from akson.access.actor import ActorKind, PurposeOfUse

    if who.kind in (ActorKind.CITIZEN, ActorKind.PROXY):
        return PurposeOfUse.PATIENT_REQUEST
    if who.kind is ActorKind.SYSTEM:
        return PurposeOfUse.OPERATIONS
    return PurposeOfUse.TREATMENT


def purpose(name: str) -> "PurposeOfUse":
    """Raises click.UsageError with the purposes there are."""
    from akson.access.actor import PurposeOfUse

    try:
        return PurposeOfUse(name)
    except ValueError:
        raise click.UsageError(
            f"There is no purpose {name!r}. Choose one of: {', '.join(PurposeOfUse)}."
        ) from None


def in_utc(at: datetime | None) -> datetime | None:
    """A time from the command line as an instant."""
    return at.replace(tzinfo=UTC) if at is not None else None
