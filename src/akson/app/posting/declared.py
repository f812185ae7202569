"""`<data>/post.toml`: which transports this node opens, and by which each partner is reached. Read and checked whole.

    [helseid]                       # who we are to Norsk helsenett; keys are files in <data>/keys, made when absent
    address = "https://helseid-sts.nhn.no"
    client_id = "…"

    [edi20]
    address = "https://api.tjener.melding.nhn.no"
    her_ids = ["990002"]

    [[house]]                       # whose house is whose (posting/houses.py)
    her_id = "990001"
    tenant = 1

    [[partner]]
    her_id = "990202"
    transport = "edi20"
    until = 2027-12-31

The folder is always open. Without the file everything goes through it, as before. docs/how-to/post.md shows a whole one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from akson.app.posting import reading
from akson.app.posting.reading import KINDS, Read
from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.identity.openid.issuer import on_this_machine

FILE_NAME = "post.toml"
PARTS = ("helseid", "register", "edi20", "ebxml", "amqp")
PARTNERS_MAX = 5_000
HOUSES_MAX = 500
TENANTS_MAX = 1_000_000
NHN_SCOPES = {"register": "nhn:cp-api/access-v2-dpop", "edi20": "nhn:msh/api"}
OUTBOXES = ("smtps", "smtp+starttls", "smtp")
INBOXES = ("pop3s", "imaps", "pop3+starttls", "imap+starttls", "pop3", "imap")
PLAIN = frozenset({"smtp", "pop3", "imap", "amqp"})
ROOTS_HELP = (
    "File below `<data>/keys/post`: roots (PEM) that the server's own certificate must stand below; "
    "without it those that this machine trusts."
)
PLAIN_HELP = "`true`: without TLS also to other machines, within a closed network. Default `false`."


@dataclass(frozen=True, slots=True)
class HelseId:
    """Whom machines of this node are to Norsk helsenett."""

    address: str
    client_id: str


@dataclass(frozen=True, slots=True)
class Api:
    """One of NHN's: the address register, or the message server (then with our HER-ids)."""

    address: str
    scope: str
    her_ids: tuple[str, ...] = ()
    poll_seconds: int = 5


@dataclass(frozen=True, slots=True)
class Mail:
    """ebXML over mail. `smtp` is `smtps://user@host:465`, `smtp+starttls://…` or, on this machine, `smtp://…`; `inbox` the
    same with `pop3s`, `imaps`, `pop3+starttls`, `imap+starttls`."""

    her_ids: tuple[str, ...]
    address: str
    smtp: str
    inbox: str
    keys: str
    trust: str = "trust"
    password_file: str = ""
    poll_seconds: int = 30
    roots: str = ""
    allow_plain: bool = False


@dataclass(frozen=True, slots=True)
class Bus:
    """AMQP 1.0."""

    url: str
    her_ids: tuple[str, ...]
    keys: str
    trust: str = "trust"
    user: str = ""
    password_file: str = ""
    prefix: str = ""
    poll_seconds: int = 1
    roots: str = ""
    allow_plain: bool = False


@dataclass(frozen=True, slots=True)
class Books:
    """What is compared with partners who run Akson, and how often."""

    her_ids: tuple[str, ...]
    name: str = ""
    every_minutes: int = 15
    days: int = 7
    settled_minutes: int = 15


@dataclass(frozen=True, slots=True)
class House:
    """One of ours: itself and all that is part of it in the tenant's record."""

    her_id: str
    tenant: int


@dataclass(frozen=True, slots=True)
class Partner:
    """One who is written to. Partner("990202", "edi20", until=date(2027, 12, 31), receives=("DIALOG_FORESPORSEL 1.1",))"""

    her_id: str
    transport: str
    name: str = ""
    begins: date | None = None
    until: date | None = None
    """The last day of the agreement."""
    receives: tuple[str, ...] = ()
    """Agreed types and versions; () leaves it to the register."""
    sends: tuple[str, ...] = ()
    answers_within: timedelta | None = None
    ledger: str = ""
    ledger_key: str = ""
    silent_after_minutes: int = 60
    cpa: str = ""

    def in_force(self, day: date) -> bool:
        return (self.begins is None or self.begins <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Declared:
    """The whole file, checked. `Declared()` is a node without one: everything by the folder."""

    helseid: HelseId | None = None
    register: Api | None = None
    edi20: Api | None = None
    ebxml: Mail | None = None
    amqp: Bus | None = None
    ledger: Books | None = None
    partners: Mapping[str, Partner] = field(default_factory=dict)
    """HER-id -> partner."""
    houses: tuple[House, ...] = ()
    """Ours, the first tenant's first."""
    otherwise: str = "folder"
    """For whoever is not named; "" leaves them without a way."""
    refuse_unknown_service: bool = True
    """A message to a service of ours that is not there: E21 to the sender, or the house itself takes it."""
    prescription_hub: str = ""
    """HER-id of Reseptformidleren, where citizens' lists of medicines are shared; "" for a node without."""

    @property
    def carried(self) -> frozenset[str]:
        """Those of ours that a way carries for."""
        ways = (self.edi20, self.ebxml, self.amqp)
        return frozenset(her for way in ways if way is not None for her in way.her_ids)

    @property
    def open(self) -> tuple[str, ...]:
        """Transports, the folder first."""
        return ("folder", *(kind for kind in KINDS[1:] if getattr(self, kind) is not None))


def load(data: Path) -> Declared:
    """Raises Problem AKS-POST-001 with everything that is wrong."""
    try:
        tables = tomllib.loads((data / FILE_NAME).read_text("utf-8"))
    except FileNotFoundError:
        return Declared()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise _refused([f"the file cannot be read: {wrong}."]) from wrong
    faults: list[str] = []
    made = _declared(tables, faults)
    if faults:
        raise _refused(faults)
    return made


def _declared(tables: Mapping[str, Any], faults: list[str]) -> Declared:
    known = {*_TABLES, "house", "partner", "otherwise", "refuse_unknown_service", "prescription_hub"}
    faults += [
        f"{name!r} is not known; there are {', '.join(sorted(known))}." for name in tables.keys() - known
    ]
    read = {name: _table(name, tables[name], row, faults) for name, row in _TABLES.items() if name in tables}
    partners = _several("partner", tables, _PARTNER, PARTNERS_MAX, faults)
    houses = _several("house", tables, _HOUSE, HOUSES_MAX, faults)
    otherwise, refuse = tables.get("otherwise", "folder"), tables.get("refuse_unknown_service", True)
    if not isinstance(refuse, bool):
        faults.append("refuse_unknown_service: it must be true or false.")
    hub = _hub(tables, faults)
    if faults:
        return Declared()
    made = Declared(
        helseid=HelseId(**read["helseid"]) if "helseid" in read else None,
        register=_api("register", read),
        edi20=_api("edi20", read),
        ebxml=Mail(**read["ebxml"]) if "ebxml" in read else None,
        amqp=Bus(**read["amqp"]) if "amqp" in read else None,
        ledger=Books(**read["ledger"]) if "ledger" in read else None,
        partners={each["her_id"]: Partner(**each) for each in partners},
        houses=tuple(House(**each) for each in houses),
        otherwise=otherwise if isinstance(otherwise, str) else "?",
        refuse_unknown_service=refuse,
        prescription_hub=hub,
    )
    faults += _together(made, [each["her_id"] for each in partners])
    return made


def _hub(tables: Mapping[str, Any], faults: list[str]) -> str:
    try:
        return reading.her(tables["prescription_hub"]) if "prescription_hub" in tables else ""
    except ValueError as wrong:
        faults.append(f"prescription_hub: {wrong}.")
        return ""


def _api(name: str, read: Mapping[str, dict[str, Any]]) -> Api | None:
    if name not in read:
        return None
    values: dict[str, Any] = {"scope": NHN_SCOPES[name], **read[name]}
    return Api(**values)


def _together(made: Declared, hers: list[str]) -> list[str]:
    """What each table allows, and the whole does not."""
    faults = [f"partner {her} stands there twice." for her in sorted({h for h in hers if hers.count(h) > 1})]
    ours = [house.her_id for house in made.houses]
    faults += [f"house {her} stands there twice." for her in sorted({h for h in ours if ours.count(h) > 1})]
    needs_helseid = [name for name in ("register", "edi20") if getattr(made, name) is not None]
    if needs_helseid and made.helseid is None:
        faults.append(f"[{needs_helseid[0]}] needs [helseid]: nobody is let in there without a token.")
    for kind in ("ebxml", "amqp"):
        if getattr(made, kind) is not None and made.register is None:
            faults.append(f"[{kind}] needs [register]: certificates and addresses stand there.")
    faults += _plain(made)
    for partner in made.partners.values():
        if bool(partner.ledger) != bool(partner.ledger_key):
            faults.append(f"partner {partner.her_id}: ledger and ledger_key belong together.")
        if partner.ledger and made.ledger is None:
            faults.append(
                f"partner {partner.her_id}: ledger needs [ledger]: whose books are compared stands there."
            )
    ways = [(f"partner {p.her_id}: transport", p.transport) for p in made.partners.values()]
    for where, kind in [*ways, ("otherwise", made.otherwise or "folder")]:
        if kind not in made.open:
            faults.append(f"{where}: {kind!r} is not open here; open are {', '.join(made.open)}.")
    faults += [
        f"partner {p.her_id}: the agreement ends before it begins."
        for p in made.partners.values()
        if p.begins and p.until and p.until < p.begins
    ]
    return faults


def _plain(made: Declared) -> list[str]:
    """Passwords, addresses and sealed health data leave this machine under TLS, unless somebody has said otherwise."""
    doors = [
        *((("ebxml", name, getattr(made.ebxml, name)) for name in ("smtp", "inbox")) if made.ebxml else ()),
        *([("amqp", "url", made.amqp.url)] if made.amqp else ()),
    ]
    return [
        f"{table}: {name}: {scheme}:// is without TLS, and for this machine alone; "
        "use TLS, or say allow_plain = true when it runs within a closed network."
        for table, name, address in doors
        if (scheme := urlsplit(address).scheme) in PLAIN
        and not on_this_machine(address)
        and not getattr(made, table).allow_plain
    ]


@dataclass(frozen=True, slots=True)
class Column:
    """One key of a table: how it is read, whether it must stand there, and what it is, for docs/how-to/post.md."""

    read: Read
    help: str
    needed: bool = False
    field: str = ""
    """Name of the value's field when it is another."""


def _several(
    name: str, tables: Mapping[str, Any], row: "Mapping[str, Column]", most: int, faults: list[str]
) -> list[dict[str, Any]]:
    listed = tables.get(name, [])
    if not isinstance(listed, list) or len(listed) > most:
        faults.append(f"`{name}` must be at most {most} tables [[{name}]].")
        return []
    return [_table(f"{name} {n}", each, row, faults) for n, each in enumerate(listed, 1)]


def _table(name: str, table: Any, row: Mapping[str, Column], faults: list[str]) -> dict[str, Any]:
    if not isinstance(table, dict):
        faults.append(f"{name}: it must be a table.")
        return {}
    faults += [f"{name}: {key!r} is not known." for key in sorted(table.keys() - row.keys())]
    faults += [f"{name}: {key!r} is missing." for key, c in row.items() if c.needed and key not in table]
    values: dict[str, Any] = {}
    for key, column in row.items():
        if key not in table:
            continue
        try:
            values[column.field or key] = column.read(table[key])
        except ValueError as wrong:
            faults.append(f"{name}: {key}: {wrong}.")
    return values


_TABLES: Mapping[str, Mapping[str, Column]] = {
    "helseid": {
        "address": Column(reading.address, "HelseID's address.", needed=True),
        "client_id": Column(
            reading.text, "Our client there; register the key that `akson post show` prints.", needed=True
        ),
    },
    "register": {
        "address": Column(reading.address, "The address register (CommunicationParty API).", needed=True),
        "scope": Column(reading.text, f"Default `{NHN_SCOPES['register']}`."),
    },
    "edi20": {
        "address": Column(reading.address, "The message server of EDI 2.0.", needed=True),
        "her_ids": Column(reading.hers, "Those of ours that it carries for.", needed=True),
        "scope": Column(reading.text, f"Default `{NHN_SCOPES['edi20']}`."),
        "poll_seconds": Column(reading.seconds, "How long between two looks; default 5."),
    },
    "ebxml": {
        "her_ids": Column(reading.hers, "Those of ours that this mailbox is for.", needed=True),
        "address": Column(reading.mail, "Our EDI address.", needed=True),
        "smtp": Column(
            reading.door(*OUTBOXES), f"Server for what goes out: {', '.join(OUTBOXES)}.", needed=True
        ),
        "inbox": Column(reading.door(*INBOXES), f"Server for what comes: {', '.join(INBOXES)}.", needed=True),
        "keys": Column(reading.text, "Folder of our certificates, below `<data>/keys/post`.", needed=True),
        "trust": Column(
            reading.text, "Folder of roots that are believed, below `<data>/keys/post`; default `trust`."
        ),
        "password_file": Column(reading.text, "File below `<data>/keys/post` that holds the password alone."),
        "poll_seconds": Column(reading.seconds, "Default 30."),
        "roots": Column(reading.text, ROOTS_HELP),
        "allow_plain": Column(reading.bool_, PLAIN_HELP),
    },
    "amqp": {
        "url": Column(reading.bus, "The bus.", needed=True),
        "her_ids": Column(reading.hers, "Those of ours that have queues there.", needed=True),
        "keys": Column(reading.text, "As in `ebxml`.", needed=True),
        "trust": Column(reading.text, "As in `ebxml`."),
        "user": Column(reading.text, "User at the bus."),
        "password_file": Column(reading.text, "As in `ebxml`."),
        "prefix": Column(
            reading.text, "What stands before a queue's name: `/amq/queue/` for RabbitMQ before version 4."
        ),
        "poll_seconds": Column(reading.seconds, "Default 1."),
        "roots": Column(reading.text, ROOTS_HELP),
        "allow_plain": Column(reading.bool_, PLAIN_HELP),
    },
    "ledger": {
        "her_ids": Column(reading.hers, "Those of ours whose post is compared with partners'.", needed=True),
        "name": Column(reading.text, "What we are called in what partners are told."),
        "every_minutes": Column(
            reading.whole(1, 1440, "minutes"), "How often partners are asked; default 15."
        ),
        "days": Column(reading.whole(1, 30, "days"), "How far back; default 7."),
        "settled_minutes": Column(
            reading.whole(0, 1440, "minutes"),
            "How long a message may be on its way before it is looked for; default 15.",
        ),
    },
}
_HOUSE: Mapping[str, Column] = {
    "her_id": Column(
        reading.her, "A municipality that this node is for; all below it is its own.", needed=True
    ),
    "tenant": Column(
        reading.whole(1, TENANTS_MAX, "tenant"),
        "Number of its record here. The first house's sees to what is nobody's.",
        needed=True,
    ),
}
_PARTNER: Mapping[str, Column] = {
    "her_id": Column(reading.her, "Service or person that is written to.", needed=True),
    "transport": Column(reading.kind, "How it is reached.", needed=True),
    "name": Column(reading.text, "For people."),
    "from": Column(reading.day, "First day of the agreement.", field="begins"),
    "until": Column(reading.day, "Last day of it; nothing is sent after."),
    "receives": Column(
        reading.types, "Types it takes by agreement. Decides against the register for the types it names."
    ),
    "sends": Column(reading.types, "Types it sends by agreement."),
    "ledger": Column(
        reading.address, "A partner who runs Akson: the address of his node. Books are compared there."
    ),
    "ledger_key": Column(
        reading.key, "His public key; by his `akson post show`, and compared by another way than the net."
    ),
    "silent_after_minutes": Column(
        reading.whole(2, 10_080, "minutes"),
        "Told of when his node has not been heard for so long; default 60.",
    ),
    "cpa": Column(
        reading.file_name,
        "File below `<data>/cpa`: the ebXML agreement. Decides service, roles and id of what goes by `ebxml`.",
    ),
    "answers_within_days": Column(
        reading.days, "How long it may take for an answer.", field="answers_within"
    ),
}


def tables_markdown() -> str:
    """The tables of docs/how-to/post.md."""
    parts = []
    for name, row in {
        **{f"[{n}]": r for n, r in _TABLES.items()},
        "[[house]]": _HOUSE,
        "[[partner]]": _PARTNER,
    }.items():
        lines = [f"`{name}`", "", "| key | needed | what |", "| --- | --- | --- |"]
        lines += [f"| `{key}` | {'yes' if c.needed else ''} | {c.help} |" for key, c in row.items()]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _refused(faults: list[str]) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-POST-001",
        f"{FILE_NAME} is wrong; the post is not opened.",
        why=" ".join(faults),
        now="Correct it; docs/how-to/post.md shows a whole one.",
        issues=[Issue("value", fault) for fault in faults],
        permanent=True,
    )
