"""The lab's pages, in bokmål: all books on the front, one page for each house as its own staff see it. JSON in, HTML out."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

_PAGE = """<!doctype html><html lang="nb"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:16px system-ui;margin:2rem;max-width:70rem}}
table{{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}}
td,th{{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ccc;vertical-align:top}}
.todo{{font-weight:600}}</style><main><h1>{title}</h1>{body}</main></html>"""
NOTHING = "<p>Ingen.</p>"


def front(told: Mapping[str, Any]) -> str:
    """Of `Town.told()`."""
    standing = ", ".join(f["kind"] for f in told["faults"]["standing"]) or "ingen"
    links = "".join(
        f'<li><a href="/house/{escape(name)}">{escape(h["name"])} ({h["her"]})</a></li>'
        for name, h in told["houses"].items()
    )
    stay = PHASES.get(told["stay"], told["stay"])
    body = (
        f"<p>Klokka er {_time(told['now'])}. Opphold: {escape(stay)}. Feil som står: {escape(standing)}.</p>"
    )
    body += f"<ul>{links}</ul>"
    return _page(
        "Lab",
        body
        + "".join(f"<h2>{escape(h['name'])} ({h['her']})</h2>{_books(h)}" for h in told["houses"].values()),
    )


def house(name: str, side: Mapping[str, Any], books: Mapping[str, Any]) -> str:
    """Of `House.shown()` and `Counterpart.told()`."""
    parts = [f'<p><a href="/">Alle hus</a>. Klokka er {_time(side["now"])}.</p>', "<h2>Arbeidsliste</h2>"]
    work = [
        (_time(w["at"]), w["patient"], w["words"], _time(w["done"]) if w["done"] else "Å gjøre")
        for w in side["worklist"]
    ]
    parts.append(_table(("Tid", "Pasient", "Sak", "Ferdig"), work))
    if "stays" in side:
        parts.append("<h2>Opphold</h2>")
        stays = [
            (s["patient"], s["ward"], PHASES.get(s["phase"], s["phase"]), s["notice"], s["answer"] or "–")
            for s in side["stays"]
        ]
        parts.append(_table(("Pasient", "Avdeling", "Tilstand", "Kommunen", "Kommunens svar"), stays))
        for stay in side["stays"]:
            happened = [(_time(h["at"]), h["what"]) for h in stay["happened"]]
            parts.append(f"<h3>{escape(stay['patient'])}, opphold {escape(stay['key'])}</h3>")
            parts.append(_table(("Tid", "Hendelse"), happened))
    if "lists" in side:
        parts.append("<h2>Legemiddellister</h2>")
        lists = [
            (x["patient"], x["medicines"], x["versions"], x["by"] or "lege", _time(x["at"]))
            for x in side["lists"]
        ]
        parts.append(_table(("Pasient", "Legemidler", "Utgaver", "Sist fra", "Tid"), lists))
    parts.append(_books(books))
    return _page(f"{side['house']} ({side['her']})", "".join(parts))


PHASES = {
    "none": "ikke innlagt",
    "admitted": "innlagt",
    "in": "innlagt",
    "ready": "utskrivningsklar",
    "discharged": "utskrevet",
    "dead": "død",
    "cancelled": "kansellert",
}


def _books(told: Mapping[str, Any]) -> str:
    sent = [
        (s["type"], s["to"], s["tries"], " ".join([s["status"] or "venter", *s["codes"]]))
        for s in told["sent"]
    ]
    received = [
        (r["type"], r["by"], r["copies"], " ".join([r["status"], *r["codes"]]), VALID[r["valid"]])
        for r in told["received"]
    ]
    return (
        f"<h3>Sendt</h3>{_table(('Type', 'Til', 'Forsøk', 'Kvittering'), sent)}"
        f"<h3>Mottatt</h3>{_table(('Type', 'Fra', 'Kopier', 'Svart', 'Gyldig etter skjema'), received)}"
    )


VALID = {True: "ja", False: "nei", None: "ikke kontrollert"}


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    listed = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{listed}</tbody></table>" if listed else NOTHING


def _time(at: str) -> str:
    return escape(at[:16].replace("T", " kl. "))


def _page(title: str, body: str) -> str:
    return _PAGE.format(title=escape(title), body=body)
