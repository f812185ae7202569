"""`akson post show`: what `post.toml` says, how each way stands, and what is wrong with it."""

import json
from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, say_json

if TYPE_CHECKING:
    from akson.app.settings import Settings


@click.command("show")
@options.as_json
@options.data
def command(as_json: bool, data: str | None) -> int:
    """Show the transports this node opens, its partners, and what is wrong: keys, certificates, ways that are down.

    Asks nobody: how ways stand is what the running post worker last wrote. Exit code 3 when something is wrong.
    """
    told = _told(options.settings(data=data))
    if as_json:
        say_json(told)
    else:
        _tell(told)
    return Exit.FAULTS if told["wrong"] else Exit.OK


def _told(settings: "Settings") -> dict[str, Any]:
    from dataclasses import asdict

    from akson.app.posting import declared, status
    from akson.world import SystemClock

    now = SystemClock().now()
    found = declared.load(settings.data)
    standing = status.read(settings.data) or {}
    ways = {**standing.get("transports", {}), **({"register": r} if (r := standing.get("register")) else {})}
    told: dict[str, Any] = {
        "open": list(found.open),
        "otherwise": found.otherwise,
        **{name: asdict(part) for name in declared.PARTS if (part := getattr(found, name)) is not None},
        "houses": [asdict(house) for house in found.houses],
        "partners": [asdict(p) | {"in_force": p.in_force(now.date())} for p in found.partners.values()],
        "ways": ways,
        "wrong": _wrong(settings, found, ways, now),
    }
    if found.helseid is not None:
        from akson.app.posting.opening import client_keys

        told["helseid"]["jwk"] = client_keys(settings.data).client.registration()
    if found.ledger is not None:
        from akson.exchange.ledger.question import public
        from akson.identity.keys import log_key

        told["ledger"] = asdict(found.ledger) | {"ledger_key": public(log_key(settings.data / "keys"))}
    return told


def _wrong(settings: "Settings", found: Any, ways: dict[str, Any], now: Any) -> list[str]:
    from akson.app.cli.certificate_show import LINES_NAME
    from akson.app.posting.watch import certificate_alarms
    from akson.fhir.problem import Problem

    wrong = [f"{name} is down: {way['why']}" for name, way in ways.items() if way.get("up") is False]
    wrong += [
        f"The agreement with {p.her_id} ended {p.until}."
        for p in found.partners.values()
        if p.until and p.until < now.date()
    ]
    try:
        for alarm in certificate_alarms(found, settings.data, now):
            wrong.append(
                f"Certificate of {alarm.name} ({alarm.valid_until:%Y-%m-%d}): {LINES_NAME[alarm.severity.name]}"
            )
    except Problem as problem:
        wrong.append(f"{problem.what} ({problem.id})")
    return wrong


def _tell(told: dict[str, Any]) -> None:
    click.echo(f"Open: {', '.join(told['open'])}; for whoever is not named: {told['otherwise'] or 'nothing'}")
    for name in ("helseid", "register", "edi20", "ebxml", "amqp", "ledger"):
        if name in told:
            click.echo(f"{name}")
            for key, value in told[name].items():
                if value:
                    click.echo(f"  {key:<14} {_shown(value)}")
    for house in told["houses"]:
        click.echo(f"house {house['her_id']:<10} tenant {house['tenant']}")
    for partner in told["partners"]:
        until = f"until {partner['until']}" if partner["until"] else ""
        click.echo(
            f"partner {partner['her_id']:<10} {partner['transport']:<8} {partner['name']} {until}".rstrip()
        )
    for name, way in told["ways"].items():
        word = {True: "up", False: "down", None: "not looked yet"}[way.get("up")]
        click.echo(f"{name:<10} {word} {way.get('since') or ''} {way.get('why', '')}".rstrip())
    for wrong in told["wrong"]:
        click.echo(f"! {wrong}")


def _shown(value: Any) -> str:
    """A key as it is given to HelseID, a list as people write it."""
    if isinstance(value, dict):
        return json.dumps(value)
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)
