"""docs/storage-modes.md and its figure, from what was measured. Pure: values in, text out."""

from collections.abc import Sequence

from akson.app.storage.comparing import Compared, Row
from akson.app.storage.report_figure import figure as figure

HEAD = """# Where data lives, and what each answer costs

Written by `akson storage compare --write docs`. Do not edit by hand: run it again.

How much to keep nationally is a political choice. Here it is a policy of each municipality, one line for each kind of data
and range of receivers, signed by two (`akson storage sign`, `set`), and moved live (`akson storage switch`). The same rules
decide under every mode, with the same facts; what differs is below, measured.

| mode | the content stands | who decides what is newest | who asks, asks |
| --- | --- | --- | --- |
| `federated` | where it was written | the source | every source |
| `index` | where it was written | the source | whom the index names |
| `central-copy` | there, and a copy at a central node | the source | the central node, then the source |
| `central-master` | there, and at a central node | the central node | the central node, then the source |

A citizen may say no: to central copies, to the index too, to any sharing outside her municipality. Nothing of hers then
stands there, nobody who asks is told so, and whoever may see her data gets it from the source; after the last, that is
nobody who works elsewhere.

![Time, availability and exposure under each mode](storage-modes.svg)
"""

POLICY = """## A policy

```json
{"version": "2026-12-01.1", "controller": "999977774", "begins": "2026-12-01T00:00:00Z", "central": "sentral",
 "decisions": [{"id": "PS 112/26", "by": "Kommunestyret i Storvik", "on": "2026-11-20"}],
 "lines": [{"kind": "medication", "range": "nation", "mode": "central-copy", "decision": "PS 112/26"},
           {"kind": "documents", "range": "region", "mode": "index", "decision": "PS 112/26"}]}
```

What no line names is `federated`. `central-master` is for every range of receivers or for none: which node is master cannot
depend on who asks. Kinds: `akson.sharing.classes`; ranges: own, region, nation, europe.
"""


_HEAD = (
    "mode",
    "p50 ms",
    "p95 ms",
    "nodes asked",
    "whole, 5 % dead and 5 % slow",
    "p95 ms then",
    "what is missing is named",
    "whole, central and index dead",
    "copies",
    "staleness p50 · p95",
)


def markdown(found: Compared) -> str:
    return "\n".join([HEAD, _measured(found), _exposed(found), _how(found), POLICY])


def _measured(found: Compared) -> str:
    alike = found.questions - found.differing
    return f"""## Measured

{found.nodes} real nodes on one PostgreSQL server, {found.people} people of whom each is known at one to four nodes.
**{alike} of {found.questions} questions got the same answer under all four modes**; {found.permitted} were shown something.

{_table(_HEAD, [_cells(row) for row in found.rows])}
"""


def _exposed(found: Compared) -> str:
    rows = [
        (
            f"`{row.mode}`",
            f"{row.source.resources} of {row.source.persons} people",
            f"{row.central.resources} of {row.central.persons} people"
            if row.central.resources
            else "nothing",
            f"{row.index_persons} people, hashed, without content" if row.index_persons else "nothing",
            f"{row.key.resources} of {row.key.persons} people",
        )
        for row in found.rows
    ]
    head = (
        "mode",
        "one source's database",
        "the central node's database",
        "the index's database",
        "one enterprise's key",
    )
    return f"""## What one breach lets be read

Resources and people, counted. A database is counted as read by whoever takes the server; a key as used by somebody who
vouches with it for care of everybody, while the sources' own rules still decide (trust model of the policy in force).

{_table(head, rows)}
"""


def _how(found: Compared) -> str:
    return f"""## How it was measured

- Questions come from outside and are asked one at a time over HTTP on loopback: 1.5 s for all sources, 0.4 s for the index,
  1 s for the central node. Rules, SQL, last guard and access log are the product's. Tokens are not: they cost the same under
  every mode.
- All nodes share one machine, so asking {found.nodes} at once costs more here than with a machine each; a network would cost
  more.
- 5 % dead and 5 % slow: for each question other nodes are drawn, among sources, central node and index. Dead refuses
  connections, slow answers after 3 s. `whole`: nothing missing of what the question gets otherwise; `named`: of the rest,
  those that name every source that was silent.
- Staleness: from the commit at the source to the commit at the central node. The feed goes once a second; the post worker
  goes twice.
- Copies: resources that can be read, over resources that were written. Skeletons and who works where are counted.
"""


def _cells(row: Row) -> tuple[str, ...]:
    stale = f"{row.stale_p50_s:.1f} s · {row.stale_p95_s:.1f} s" if row.mode.central else "none"
    return (
        f"`{row.mode}`",
        f"{row.p50_ms:.0f}",
        f"{row.p95_ms:.0f}",
        f"{row.calls:.1f}",
        f"{row.whole:.1%}",
        f"{row.faulty_p95_ms:.0f}",
        f"{row.named:.0%}",
        f"{row.central_down:.1%}",
        f"{row.copies:.2f}",
        stale,
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
