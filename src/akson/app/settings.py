"""Settings by environment and file, from one declared table; checked whole at the start.

    command line option  >  environment (AKSON_PORT)  >  <data>/akson.toml (port = 8080)  >  default

Every fault is told at once. What the settings switch on does not belong here. docs/settings.md is made from `TABLE`.
"""

import os
import ssl
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from akson.fhir.problem import Issue, Problem, ProblemKind

FILE_NAME = "akson.toml"
WORKERS_MAX = 64
POST_WORKERS_MAX = 16
PORT_MAX = 65_535
LOCK_AFTER_MAX = 60
RATE_MAX = 1_000_000


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table. `read` takes text and gives the value, or raises ValueError with what is wrong."""

    name: str
    kind: str
    """Word for people: `folder`, `port`, `number`, `text`, `address`."""
    default: Any
    read: Callable[[str], Any]
    help: str
    secret: bool = False

    @property
    def env(self) -> str:
        return f"AKSON_{self.name.upper()}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole, checked. Fields are the names of `TABLE`, in its order."""

    data: Path
    host: str
    port: int
    workers: int
    post_workers: int
    node_name: str
    base_url: str
    database_url: str
    log_database_url: str
    profiles: Path | None
    witnesses: Path | None
    witness_seconds: int
    witness_name: str
    lock_after_minutes: int
    user_requests_per_second: int
    partner_requests_per_second: int
    logins_per_minute: int
    adoption_open: int
    clock: str
    tls_cert: Path | None
    tls_key: Path | None

    def shown(self) -> dict[str, str]:
        """For people: secrets only as set or not."""
        values = asdict(self)
        return {s.name: _hidden(values[s.name]) if s.secret else str(values[s.name] or "") for s in TABLE}


def _hidden(value: str) -> str:
    return "(set)" if value else ""


def _text(value: str) -> str:
    if any(ord(c) < 32 for c in value):
        raise ValueError("it holds control characters")
    return value.strip()


def _folder(value: str) -> Path:
    if not value.strip():
        raise ValueError("it is empty")
    return Path(value).expanduser().absolute()


def _optional_folder(value: str) -> Path | None:
    if not value.strip():
        return None
    folder = Path(value).expanduser().absolute()
    if not folder.is_dir():
        raise ValueError("it is no folder")
    return folder


def _optional_file(value: str) -> Path | None:
    if not value.strip():
        return None
    path = Path(value).expanduser().absolute()
    if not path.is_file():
        raise ValueError("it is no file")
    return path


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.strip().isdecimal() or not low <= int(value) <= high:
            raise ValueError(f"it must be a whole number from {low} to {high}")
        return int(value)

    return read


def _database(value: str) -> str:
    if not value.strip():
        return ""
    parts = urlsplit(value.strip())
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("it must begin with postgresql://")
    if not parts.path.strip("/"):
        raise ValueError("it must name a database: postgresql://user@host/database")
    return value.strip()


def _address(value: str) -> str:
    if not value.strip():
        return ""
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("it must be an address such as https://akson.example.no")
    return value.strip().rstrip("/")


def _clock(value: str) -> str:
    if value.strip() not in ("", "lab"):
        raise ValueError("it must be `lab`, or empty")
    return value.strip()


TABLE: tuple[Setting, ...] = (
    Setting("data", "folder", "akson-data", _folder, "Everything this node keeps on disk. Made when absent."),
    Setting(
        "host", "text", "127.0.0.1", _text, "Address to listen on. Put a TLS proxy in front of anything else."
    ),
    Setting("port", "port", 8080, _whole(0, PORT_MAX), "Port to listen on; 0 takes a free one."),
    Setting(
        "workers",
        "number",
        0,
        _whole(0, WORKERS_MAX),
        "Web worker processes; 0 is one for each core, at most 8.",
    ),
    Setting(
        "post_workers",
        "number",
        0,
        _whole(0, POST_WORKERS_MAX),
        "Processes that work what comes in by post; 0 is one for each core, at most 2.",
    ),
    Setting(
        "node_name",
        "text",
        "Storvik kommune",
        _text,
        "What the municipality is called at the top of each page.",
    ),
    Setting(
        "base_url",
        "address",
        "",
        _address,
        "The address others know this node by, when it stands behind a proxy.",
    ),
    Setting(
        "database_url",
        "address",
        "",
        _database,
        "An external PostgreSQL (15 or newer) for the record, instead of the embedded one.",
        secret=True,
    ),
    Setting(
        "log_database_url",
        "address",
        "",
        _database,
        "Database of the access log; default `<name>_log` beside `database_url`, made when allowed.",
        secret=True,
    ),
    Setting(
        "profiles",
        "folder",
        "",
        _optional_folder,
        "Profiles for `$validate`, and that a claim of them is held to: definitions in JSON files or packages (.tgz).",
    ),
    Setting(
        "witnesses",
        "file",
        "",
        _optional_file,
        "Witnesses of the access log and how many must have seen it: a C2SP policy file.",
    ),
    Setting(
        "witness_seconds",
        "number",
        5,
        _whole(2, 3600),
        "What is promised: so many seconds after an access the witnesses have signed a log that holds it.",
    ),
    Setting(
        "witness_name",
        "text",
        "",
        _text,
        'What this node signs as when it witnesses the logs in `witness/logs` of its data folder; "" is nobody\'s witness.',
    ),
    Setting(
        "lock_after_minutes",
        "number",
        10,
        _whole(1, LOCK_AFTER_MAX),
        "Minutes without a touch until a screen is covered; PIN or a new login uncovers it.",
    ),
    Setting(
        "user_requests_per_second",
        "number",
        50,
        _whole(0, RATE_MAX),
        "What each worker answers one user, ten seconds' worth at once; beyond it 429. 0 is no limit.",
    ),
    Setting(
        "partner_requests_per_second",
        "number",
        500,
        _whole(0, RATE_MAX),
        "The same for all users of one other organisation, or of one app.",
    ),
    Setting(
        "logins_per_minute",
        "number",
        60,
        _whole(0, RATE_MAX),
        "Logins, PINs and tokens that each worker takes from one address for one account. 0 is no limit.",
    ),
    Setting(
        "adoption_open",
        "number",
        0,
        _whole(0, 1),
        "1: anybody may see the numbers at /tall/innforing. 0: the message officer alone.",
    ),
    Setting(
        "clock",
        "text",
        "",
        _clock,
        "`lab`: the time of `akson lab up --leads`, for a demo on a data folder that this lab has made. Else the machine's.",
    ),
    Setting(
        "tls_cert",
        "file",
        "",
        _optional_file,
        "Certificate chain (PEM) to answer HTTPS with, the node's own first. The round without network needs HTTPS.",
    ),
    Setting("tls_key", "file", "", _optional_file, "Its key (PEM, without a password)."),
)

# Read by other parts or by tests; named here so that a mistyped setting is told from them.
NOT_SETTINGS = frozenset(
    {
        "AKSON_PG_BIN",
        "AKSON_SHARED",
        "AKSON_SEEDS",
        "AKSON_TEST_DATABASE_URL",
        "AKSON_CHROMIUM",
        "AKSON_MEASURE",
    }
)


def load(*, environ: Mapping[str, str] = os.environ, options: Mapping[str, object] | None = None) -> Settings:
    """The settings in force. `options` are those of the command line (None: not given). Raises Problem AKS-APP-001."""
    given = {name: value for name, value in (options or {}).items() if value is not None}
    faults: list[str] = []
    data = _one(_setting("data"), given, environ, {}, faults)
    stored = _file(data / FILE_NAME, faults) if isinstance(data, Path) else {}
    values = {setting.name: _one(setting, given, environ, stored, faults) for setting in TABLE}
    faults += [f"{FILE_NAME}: {name!r} is not a setting." for name in sorted(stored.keys() - values.keys())]
    if values["log_database_url"] and not values["database_url"]:
        faults.append("AKSON_LOG_DATABASE_URL is set without AKSON_DATABASE_URL.")
    if not faults:
        faults += _tls_faults(values["tls_cert"], values["tls_key"])
    if faults:
        raise _refused(faults)
    return Settings(**values)


def _tls_faults(certificate: Path | None, key: Path | None) -> list[str]:
    """Told before anything is started: a worker that dies of it would be restarted for ever."""
    if certificate is None and key is None:
        return []
    if certificate is None or key is None:
        return ["--tls-cert and --tls-key come together."]
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as wrong:
        return [f"--tls-cert and --tls-key: they are no certificate and its key ({type(wrong).__name__})."]
    return []


def strangers(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Environment variables that look like settings and are none: often a slip of the keyboard."""
    known = {setting.env for setting in TABLE} | NOT_SETTINGS
    return sorted(name for name in environ if name.startswith("AKSON_") and name not in known)


def table_markdown() -> str:
    """The table of docs/settings.md."""
    lines = ["| environment | in the file | kind | default | what |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| `{s.env}` | `{s.name}` | {s.kind} | {f'`{s.default}`' if s.default != '' else ''} | {s.help} |"
        for s in TABLE
    ]
    return "\n".join(lines) + "\n"


def _setting(name: str) -> Setting:
    return next(setting for setting in TABLE if setting.name == name)


def _one(
    setting: Setting,
    given: Mapping[str, object],
    environ: Mapping[str, str],
    stored: Mapping[str, object],
    faults: list[str],
) -> Any:
    ways = (
        (f"--{setting.name.replace('_', '-')}", given.get(setting.name)),
        (setting.env, environ.get(setting.env)),
        (f"{FILE_NAME}: {setting.name}", stored.get(setting.name)),
    )
    where, value = next(((w, v) for w, v in ways if v is not None), ("default", setting.default))
    try:
        return setting.read(str(value))
    except ValueError as wrong:
        faults.append(f"{where}: {wrong}.")
        return None


def _file(path: Path, faults: list[str]) -> dict[str, object]:
    try:
        stored = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as unreadable:
        faults.append(f"{FILE_NAME} cannot be read: {type(unreadable).__name__}.")
        return {}
    except tomllib.TOMLDecodeError as wrong:
        faults.append(f"{FILE_NAME} is not TOML: {wrong}.")
        return {}
    if "data" in stored:
        faults.append(f"{FILE_NAME}: `data` cannot stand in the file that it leads to.")
        stored.pop("data")
    return stored


def _refused(faults: list[str]) -> Problem:
    return Problem(
        ProblemKind.INVALID,
        "AKS-APP-001",
        f"{len(faults)} setting{' is' if len(faults) == 1 else 's are'} wrong; nothing was started.",
        why=" ".join(faults),
        now="Correct them; docs/settings.md lists every setting.",
        issues=[Issue("value", fault) for fault in faults],
    )


assert tuple(s.name for s in TABLE) == tuple(f.name for f in fields(Settings)), (
    "the table and the class name the same"
)


_PAGE = """\
# Settings

Made from the table in `src/akson/app/settings.py`: `python -m akson.app.settings > docs/settings.md`. A test compares them.

What stands first wins: command line option, environment, the file `akson.toml` in the data folder, default. They are
checked when Akson starts; everything that is wrong is told at once, and nothing is started.

{table}
Example of `akson-data/akson.toml`:

```toml
port = 8081
node_name = "Lillefjord kommune"
```

`AKSON_PG_BIN` names the `bin` directory of a PostgreSQL (15 or newer) whose programs the embedded server uses, instead of
those that are installed with Akson.

With `AKSON_DATABASE_URL` the data folder still holds the node's keys, its post folders and its journals. The user in the
address needs the right to make tables there, and to make the log's database unless it exists.
"""


def page_markdown() -> str:
    """The whole of docs/settings.md."""
    return _PAGE.format(table=table_markdown())


if __name__ == "__main__":
    print(page_markdown(), end="")
