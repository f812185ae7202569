"""`akson terminology list`: what has been loaded."""

import click

from akson.app.cli import options
from akson.app.cli.running import say_json


@click.command("list")
@options.as_json
@options.data
def command(as_json: bool, data: str | None) -> None:
    """Say which code systems and value sets the operator has loaded into this node, beside what comes with Akson."""
    from akson.terminology.loaded import Loaded

    held = Loaded(options.settings(data=data).data)
    rows = [
        {
            "type": kind,
            "url": url,
            "version": h.version,
            "title": h.title,
            "content": h.content,
            "codes": h.count,
        }
        for kind in ("CodeSystem", "ValueSet")
        for url, h in held.headings(kind)
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        version = f"|{row['version']}" if row["version"] else ""
        codes = f"{row['codes']} codes, {row['content']}" if row["type"] == "CodeSystem" else "value set"
        click.echo(f"{row['url']}{version}  {row['title']}  ({codes})")
    click.echo(f"{len(rows)} loaded." if rows else "Nothing is loaded.")
