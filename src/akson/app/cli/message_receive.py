"""`akson message receive PATH…`: messages in, as if they had come by post, and what became of each."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from akson.app.cli import options
from akson.app.cli.running import Exit, run_async, say_json

if TYPE_CHECKING:
    from akson.app.settings import Settings
    from akson.exchange.inbox.pipeline import Inbox, Outcome

TRANSPORT = "command"
WAIT_S = 60.0
LOOK_EACH_S = 0.1


@dataclass(frozen=True, slots=True)
class Received:
    file: Path
    outcome: "Outcome"
    before: bool
    """The very same file had been taken in earlier."""

    @property
    def word(self) -> str:
        return "duplicate" if self.before and self.outcome.ended else self.outcome.state


@click.command("receive")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@options.as_json
@options.data
def command(paths: tuple[Path, ...], as_json: bool, data: str | None) -> int:
    """Take in the messages at PATH… (files, or folders of .xml), and say what became of each.

    Receipts are written to post/out of the data folder. Works beside a running node. Exit code 3 when one was refused.
    """
    files = [file for path in paths for file in _files(path)]
    if not files:
        raise click.UsageError("There is no .xml file there.")
    received = run_async(_receive(options.settings(data=data), files))
    if as_json:
        say_json([_as_json(one) for one in received])
    else:
        for one in received:
            _tell(one)
    return Exit.FAULTS if any(one.outcome.refused or not one.outcome.ended for one in received) else Exit.OK


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.xml")) if path.is_dir() else [path]


async def _receive(settings: "Settings", files: list[Path]) -> list[Received]:
    from akson.app.post import POOL_SIZE, folder, inbox
    from akson.app.wiring import open_node

    async with open_node(settings, pool_size=POOL_SIZE) as node:
        work = inbox(node, folder(settings))
        return [await _one(work, file) for file in files]


async def _one(work: "Inbox", file: Path) -> Received:
    content = await asyncio.to_thread(file.read_bytes)
    id = await work.receive(content, transport=TRANSPORT, name=file.name)
    outcome = await work.outcome(id)
    if outcome.ended:
        return Received(file, outcome, before=True)
    deadline = asyncio.get_running_loop().time() + WAIT_S
    while not outcome.ended and asyncio.get_running_loop().time() < deadline:
        # The post worker of a running node may have taken it; then it is only waited for.
        if not await work.work():
            await asyncio.sleep(LOOK_EACH_S)
        outcome = await work.outcome(id)
    return Received(file, outcome, before=False)


def _as_json(one: Received) -> dict[str, Any]:
    return {
        "file": str(one.file),
        "item": one.outcome.item,
        "outcome": one.word,
        "type": one.outcome.type,
        "messageId": one.outcome.msg_id,
        "problem": one.outcome.problem,
        "receipts": [
            {"receiver": r.to, "status": r.status, "errors": list(r.codes), "file": f"post/out/{r.name}"}
            for r in one.outcome.receipts
        ],
    }


def _tell(one: Received) -> None:
    outcome = one.outcome
    click.echo(f"{one.file.name}: {one.word}  {outcome.type} {outcome.msg_id}".rstrip())
    for receipt in outcome.receipts:
        said = "OK" if not receipt.codes else f"refused {' '.join(receipt.codes)}"
        click.echo(f"  receipt for {receipt.to or 'unknown receiver'}: {said}  post/out/{receipt.name}")
    if not outcome.receipts:
        click.echo("  no receipt" + (f" ({outcome.problem})" if outcome.problem else ""))
