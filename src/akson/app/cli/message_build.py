"""`akson message build TYPE`: a message out of the record, as one of the staff; shown, written to a file, or sent."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

if TYPE_CHECKING:
    from akson.access.actor import Actor
    from akson.app.settings import Settings
    from akson.app.wiring import Node
    from akson.exchange.building.sending import Sent
    from akson.exchange.building.writing import Draft, Wish
    from akson.record.session import RecordSession

_GP, _HUB = "gp", "hub"
_STATUSES = {"new": "N", "change": "M", "cancel": "C"}


@click.command("build")
@click.argument("type_", metavar="TYPE")
@click.option("--patient", required=True, metavar="ID", help="Whom it is about: `astrid`.")
@click.option(
    "--as", "who", required=True, metavar="USER", help="Who sends: `ida`. What she may not see is not in it."
)
@click.option(
    "--to",
    "receiver",
    default="",
    metavar="HER|gp|hub",
    help="Receiver, `gp` for her own GP, `hub` for the prescription hub; the sender of --answers when left out.",
)
@click.option("--copy", "copies", multiple=True, metavar="HER", help="Receiver of a copy; may be repeated.")
@click.option("--answers", metavar="MSGID", help="The message that it answers, changes or cancels.")
@click.option("--status", type=click.Choice(list(_STATUSES)), default="new", show_default=True)
@click.option("--text", metavar="TEXT", help="The type's main field.")
@click.option("--word", "words", multiple=True, metavar="NAME=TEXT", help="One typed field; may be repeated.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the XML.")
@click.option("--send", "sends", is_flag=True, help="Put it in the outbox, and in the record.")
@click.option("--confirm", is_flag=True, help="With --send: also when something asks for a person's word.")
@options.as_json
@options.data
def command(
    type_: str,
    patient: str,
    who: str,
    receiver: str,
    copies: tuple[str, ...],
    answers: str | None,
    status: str,
    text: str | None,
    words: tuple[str, ...],
    out: Path | None,
    sends: bool,
    confirm: bool,
    as_json: bool,
    data: str | None,
) -> int:
    """Make a message of TYPE (code in 8279) from what USER sees of the patient's record.

    Shows each field with where it came from, and what is missing with where to enter it. Nothing is stored without --send.
    Exit code 3 when it cannot be sent as it is.
    """
    from akson.exchange.building.writing import Wish

    actor = options.actor(who)
    typed = _typed(type_, text, words)
    wish = Wish(type_, patient, receiver, copies or None, answers or "", _STATUSES[status], typed)
    draft, sent = run_async(_build(options.settings(data=data), actor, wish, send=sends, confirmed=confirm))
    if out is not None and draft.built.document:
        out.write_bytes(draft.built.document)
    if as_json:
        say_json(_as_json(draft, sent))
    else:
        _tell(draft, sent)
    held = any(f.grave == "stop" or (f.grave == "ask" and not confirm) for f in draft.findings)
    return Exit.FAULTS if held else Exit.OK


def _typed(type: str, text: str | None, words: tuple[str, ...]) -> dict[str, str]:
    from akson.exchange.building.build import recipe_of

    typed: dict[str, str] = {}
    for word in words:
        name, sign, said = word.partition("=")
        if not sign:
            raise click.UsageError(f"--word is NAME=TEXT, not {name!r}.")
        typed[name] = said
    if text is not None:
        main = next((field.name for field in recipe_of(type).fields if field.main), None)
        if main is None:
            raise click.UsageError(f"{type} has no field for --text: all of it stands in the record.")
        typed[main] = text
    return typed


async def _build(
    settings: "Settings", actor: "Actor", wish: "Wish", *, send: bool, confirmed: bool
) -> tuple["Draft", "Sent | None"]:
    from dataclasses import replace

    from akson.app.calling import gp_address
    from akson.app.post import folder, post_office
    from akson.app.posting.opening import may_send_of
    from akson.app.wiring import open_node
    from akson.exchange.building.checks import may_go
    from akson.exchange.building.writing import Writing

    async with open_node(settings, pool_size=2) as node:
        session = node.record.open(actor, options.usual_purpose(actor))
        writing = Writing(session, at=node.clock.now(), may_send=may_send_of(node))
        about = await writing.find(wish.patient, wish.about) if wish.about else ""
        if wish.to == _GP:
            gp = await gp_address(session, writing, wish.patient)
            if gp is None:
                raise click.UsageError("Her GP has no address for messages here: name the receiver.")
            wish = replace(wish, to=gp.party)
        if wish.to == _HUB:
            wish = await _to_hub(node, session, wish)
        draft = await writing.draft(replace(wish, about=about, msg_id=str(node.random.uuid())))
        if not send or not may_go(draft.findings, confirmed=confirmed):
            return draft, None
        office = post_office(node, folder(settings))
        return draft, await writing.send(draft, office.outbox, confirmed=confirmed)


async def _to_hub(node: "Node", session: "RecordSession", wish: "Wish") -> "Wish":
    """The hub of post.toml, and for a list the one that it replaces there."""
    from dataclasses import replace
    from functools import partial

    from akson.app import hub
    from akson.app.pathways.receipts import receipts_of

    address = hub.hub_of(node.settings.data)
    if address is None:
        raise click.UsageError("No prescription hub is connected: post.toml has no prescription_hub.")
    known = await hub.standing(session, wish.patient, partial(receipts_of, node.outbox))
    return replace(wish, to=address.party, receiver=address, replaces=known.version)


def _as_json(draft: "Draft", sent: "Sent | None") -> dict[str, Any]:
    message = draft.built.message
    return {
        "type": draft.built.type.code,
        "messageId": message.envelope.msg_id if message else None,
        "sender": draft.facts.sender.words,
        "receiver": draft.facts.receiver.words,
        "fields": [
            {"label": t.label, "said": t.said, "record": t.record, "origins": list(t.origins)}
            for t in draft.built.told
        ],
        "asked": [{"name": f.name, "label": f.label, "choices": list(f.choices)} for f in draft.asked],
        "changes": list(draft.built.changes),
        "findings": [{"grave": f.grave, "what": f.what, "now": f.now} for f in draft.findings],
        "sent": {"communication": sent.communication, "outbox": list(sent.rows)} if sent else None,
    }


def _tell(draft: "Draft", sent: "Sent | None") -> None:
    facts = draft.facts
    click.secho(f"{draft.built.type.words}: {facts.sender.words} → {facts.receiver.words}", bold=True)
    for told in draft.built.told:
        click.secho(f"[{told.record or 'skrevet'}] {', '.join(told.origins)}".rstrip(), dim=True)
        click.echo(f"  {told.said}".replace("\n", "\n  "))
    for change in draft.built.changes:
        click.echo(f"Endret: {change}")
    for finding in draft.findings:
        colour = {"stop": "red", "ask": "yellow"}.get(finding.grave)
        click.secho(f"{finding.what} {finding.now}".strip(), fg=colour)
    if draft.asked:
        click.echo(f"Felt som skrives: {', '.join(f'{f.name} ({f.label})' for f in draft.asked)}")
    if sent is not None:
        numbers = ", ".join(map(str, sent.rows))
        click.echo(f"I utgående post, ikke bekreftet: nummer {numbers}, {sent.communication}")
    else:
        click.echo("Ikke sendt.")
