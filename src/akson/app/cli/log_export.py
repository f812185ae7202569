"""`akson log export --patient astrid --as astrid`: the access log as FHIR AuditEvent, one a line."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from akson.app.cli import options
from akson.app.cli.running import run_async

if TYPE_CHECKING:
    from akson.access.actor import Actor
    from akson.app.settings import Settings
    from akson.record.log_search import LogQuestion


@click.command("export")
@click.option(
    "--as", "actor", metavar="ACTOR", required=True, help="The citizen, staff or the privacy officer."
)
@click.option(
    "--patient", default="", metavar="ID", help="Of this patient; without it only as privacy officer."
)
@click.option("--since", type=click.DateTime(), metavar="DATE", help="Not older than this (UTC).")
@click.option("--until", type=click.DateTime(), metavar="DATE", help="Older than this (UTC).")
@options.data
def command(
    actor: str, patient: str, since: datetime | None, until: datetime | None, data: str | None
) -> None:
    """Print access events as NDJSON, newest first: `akson log export --since 2026-11-01 --as per > log.ndjson`.

    Each as IHE BALP; one that rests on a ground or an attest also as the national trust framework's AuditEvent. Everybody
    gets what she may see of the log, and each patient's log says that it was exported.
    """
    from datetime import UTC

    from akson.record.log_search import LogQuestion

    asked = LogQuestion(
        patient=patient.removeprefix("Patient/"),
        since=since and since.replace(tzinfo=UTC),
        until=until and until.replace(tzinfo=UTC),
        count=500,
    )
    run_async(_export(options.settings(data=data), options.actor(actor), asked))


async def _export(settings: "Settings", who: "Actor", asked: "LogQuestion") -> None:
    import json

    from akson.app.wiring import open_node
    from akson.audit.export import Node, resources
    from akson.record import log_search

    async with open_node(settings, pool_size=2) as node:
        here = Node(node.log.first_origin.split("/")[1], f"http://{settings.host}:{settings.port}/fhir")
        session = node.record.open(who, options.usual_purpose(who))
        async for _, event in log_search.export(session, asked):
            for resource in resources(event, here):
                click.echo(json.dumps(resource, ensure_ascii=False, separators=(",", ":")))
