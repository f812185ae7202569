"""`akson message show FILE`: a message stage by stage. Nothing is stored, and no node is needed."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, say_json

if TYPE_CHECKING:
    from akson.exchange.envelope.values import Envelope, Party, Person
    from akson.exchange.opening import Opened


@click.command("show")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@options.as_json
def command(file: Path, as_json: bool) -> int:
    """Show the message in FILE stage by stage: envelope, content, judgement, FHIR. Nothing is stored.

    Whether its receiver and patient are known is for a record to say, and is not asked here. Exit code 3 when it would be
    refused whoever it is for.
    """
    from akson.exchange.judgement import faults_of
    from akson.exchange.opening import open_message

    opened = open_message(file.read_bytes())
    errors = faults_of(opened)
    stages: dict[str, Any] = {
        "envelope": _envelope(opened.envelope) if opened.envelope else None,
        "content": _content(opened),
        "judgement": [{"code": e.code, "words": e.more} for e in errors],
        "remarks": _remarks(opened),
        "fhir": _fhir(opened) if not errors else None,
    }
    if as_json:
        say_json(stages)
    else:
        _tell(stages)
    return Exit.FAULTS if errors else Exit.OK


def _envelope(envelope: "Envelope") -> dict[str, Any]:
    from akson.exchange.envelope.attachments import words

    return {
        "type": envelope.type.v,
        "messageId": envelope.msg_id,
        "conversation": envelope.conversation,
        "parent": envelope.parent,
        "made": envelope.generated,
        "sender": _party(envelope.sender),
        "receivers": [{"role": r.role, **_party(r.party)} for r in envelope.receivers],
        "patient": _person(envelope.patient) if envelope.patient else None,
        "attachments": [words(a) for a in envelope.attachments],
    }


def _remarks(opened: "Opened") -> list[str]:
    """What is odd and no reason to refuse; codes are held against the lists that come with Akson."""
    from akson.exchange.remarks import remarks_of
    from akson.terminology import Terminology

    return [str(remark) for remark in remarks_of(opened, Terminology.of_this_installation().exists)]


def _party(party: "Party") -> dict[str, Any]:
    return {"name": party.words, "her": party.her}


def _person(person: "Person") -> dict[str, Any]:
    identifiers = [{"type": i.type, "value": i.plain} for i in person.idents]
    return {"name": person.name, "born": person.birth_date, "sex": person.sex.v, "identifiers": identifiers}


def _content(opened: "Opened") -> dict[str, Any]:
    from akson.exchange.profile import missing_content
    from akson.exchange.rendering import lines_of

    if opened.type is None or opened.version is None or not opened.content:
        return {"type": opened.type.words if opened.type else None, "lines": []}
    summary = opened.type.summary(opened.type.parse(opened.content)) if not opened.faults else ""
    lines = [*lines_of(opened.version.structure, opened.content)]
    sound = not opened.faults and opened.problem is None
    missing = [absent.words for absent in missing_content(opened.message())] if sound else []
    return {
        "type": opened.type.words,
        "version": opened.version.number,
        "summary": summary,
        "lines": lines,
        "missing": missing,
    }


def _fhir(opened: "Opened") -> list[dict[str, Any]]:
    """What it becomes, with a receiver and a patient that are not looked up: their references say who is meant."""
    from akson.exchange import mirror, times
    from akson.exchange.message_type import StayFacts

    message = opened.message()
    envelope = message.envelope
    received = times.fhir_date_time(envelope.generated)
    assert envelope.patient is not None
    patient = {"type": "Patient", "display": envelope.patient.name}
    sender = {"type": "Organization", "display": envelope.sender.words}
    recipients = tuple({"type": "Organization", "display": r.party.words} for r in envelope.receivers)
    communication = mirror.to_fhir(message, mirror.Around(sender, recipients, received, patient))
    identifier = {"system": mirror.MESSAGE_ID, "value": mirror.message_id(message)}
    if message.type.stay is None:
        return [communication]
    encounter = message.type.stay.begins(message.facts, StayFacts(identifier, patient, sender, received))
    return [communication, *([encounter] if encounter else [])]


def _tell(stages: dict[str, Any]) -> None:
    import json

    envelope = stages["envelope"]
    click.secho("Envelope", bold=True)
    for name, value in (envelope or {"": "cannot be read"}).items():
        click.echo(
            f"  {name:<13} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        )
    click.secho("Content", bold=True)
    for line in (stages["content"].get("summary", ""), *stages["content"]["lines"]):
        click.echo(f"  {line}" if line else "")
    for absent in stages["content"].get("missing", ()):
        click.secho(f"  Mangler: {absent}", fg="yellow")
    click.secho("Judgement", bold=True)
    for error in stages["judgement"] or [{"code": "OK", "words": "whoever it is for"}]:
        click.echo(f"  {error['code']}  {error['words']}")
    for remark in stages["remarks"]:
        click.echo(f"  {remark}")
    if stages["fhir"]:
        click.secho("FHIR", bold=True)
        for resource in stages["fhir"]:
            click.echo(json.dumps(resource, ensure_ascii=False, indent=2))
