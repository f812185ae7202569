"""A message as a page for people, on screen and on paper: one self-contained HTML document without script.

Every word of a sender is text and never markup. The page carries its own look, for it is also what is printed and filed.
"""

from collections.abc import Iterable
from html import escape

from akson.exchange import times
from akson.exchange.administrative import Parted, parted
from akson.exchange.changes import Change
from akson.exchange.envelope.values import Person
from akson.exchange.message_type import CANCELLED, CareMessage
from akson.exchange.profile import Missing
from akson.exchange.rendering import Line, files_of

ADMINISTRATIVE = "Administrative opplysninger"
STYLE = (
    "body{font:1rem/1.45 system-ui,sans-serif;max-width:46rem;margin:1.5rem auto;padding:0 1rem;color:#111;background:#fff}"
    "h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:1.2rem 0 .3rem;border-bottom:1px solid #999}"
    "dl{margin:0;display:grid;grid-template-columns:14rem 1fr;gap:.15rem .8rem}dt{color:#444}"
    "dd{margin:0;white-space:pre-line;overflow-wrap:anywhere}"
    "section section{margin-left:1rem}section section h2{font-size:1rem;border:0}"
    ".notice{border:1px solid #8a6100;padding:.4rem .8rem;margin:.8rem 0}"
    ".administrative{margin-top:1.2rem}summary{cursor:pointer;color:#444}"
    "@media print{details::details-content{content-visibility:visible;block-size:auto}details>*{display:block}"
    "body{margin:0;max-width:none;font-size:10pt}h2{break-after:avoid}dd{break-inside:avoid}}"
)


def page(message: CareMessage, *, missing: Iterable[Missing] = (), changes: Iterable[Change] = ()) -> str:
    """The whole message. `missing` is what its profile demands and it lacks, `changes` what is new since the one before."""
    envelope = message.envelope
    title = f"{'Kansellert: ' if message.status == CANCELLED else ''}{message.type.words}"
    head = [
        Line(0, "Fra", envelope.sender.words),
        *(Line(0, "Til", receiver.party.words) for receiver in envelope.receivers),
        *([Line(0, "Pasient", _patient(envelope.patient))] if envelope.patient else []),
        Line(0, "Sendt", times.words(envelope.generated)),
        Line(0, "Meldings-id", envelope.msg_id),
    ]
    parts = [
        f"<h1>{escape(title)}</h1><p>{escape(message.type.summary(message.facts))}</p>",
        _list([line for line in head if line.said]),
        _notice("Endret siden forrige melding", [change.words for change in changes]),
        _notice("Mangler i meldingen", [absent.words for absent in missing]),
        fragment(parted(message.version.structure, message.content), files_of(message)),
    ]
    return (
        f'<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body>{''.join(parts)}</body></html>"
    )


def fragment(content: Parted, files: Iterable[Line] = ()) -> str:
    """Every field, for a page that has a look of its own: what is about the patient, the files, then what is about the
    shipment, folded on a screen and open on paper."""
    beside = _sections(list(content.administrative))
    folded = (
        f'<details class="administrative"><summary>{ADMINISTRATIVE}</summary>{beside}</details>'
        if beside
        else ""
    )
    return f"{_sections(list(content.clinical))}{_list(list(files))}{folded}"


def _patient(person: Person) -> str:
    numbers = (f"{i.words or i.type} {i.plain}" for i in person.idents)
    born = f"født {times.words(person.birth_date)}" if person.birth_date else ""
    return ", ".join(part for part in (person.name, born, *numbers) if part)


def _notice(title: str, words: list[str]) -> str:
    items = "".join(f"<li>{escape(said)}</li>" for said in words)
    return f'<div class="notice"><strong>{escape(title)}</strong><ul>{items}</ul></div>' if items else ""


def _sections(all: list[Line]) -> str:
    """Headings open a section that lasts while lines stand deeper."""
    html, at = [], 0
    while at < len(all):
        line = all[at]
        end = at + 1
        if line.said:
            while end < len(all) and all[end].said and all[end].depth == line.depth:
                end += 1
            html.append(_list(all[at:end]))
        else:
            while end < len(all) and all[end].depth > line.depth:
                end += 1
            html.append(f"<section><h2>{escape(line.label)}</h2>{_sections(all[at + 1 : end])}</section>")
        at = end
    return "".join(html)


def _list(fields: list[Line]) -> str:
    rows = "".join(f"<dt>{escape(line.label)}</dt><dd>{escape(line.said)}</dd>" for line in fields)
    return f"<dl>{rows}</dl>" if rows else ""
