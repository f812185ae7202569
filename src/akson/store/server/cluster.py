"""One PostgreSQL cluster in a folder: made, configured, started, stopped, found; who shares it does not belong here.

<data>/pg/            owned by whoever runs Akson
    password          of the database user `akson`; 0600
    cluster/          PostgreSQL's own data directory
    run/              the Unix socket
    log/              server log, at most LOG_FILES_MAX files of LOG_FILE_BYTES_MAX
    users.lock        held shared by every process that uses the server (sharing.py)
    start.lock        held while somebody starts or stops it
"""

import os
import secrets
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from akson.fhir.problem import Problem, ProblemKind
from akson.store.server import account, binaries

USER = "akson"
PORT = 5432
SOCKET_PATH_BYTES_MAX = 107
CONNECTIONS_MAX = 100
"""Of one node; whoever starts many nodes on one server asks for more."""
LOG_FILES_MAX = 5
LOG_FILE_BYTES_MAX = 8 * 1024 * 1024
START_TIMEOUT_S = 60
RETRY_S = 0.1

_ENVIRON = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

_SETTINGS = """\
# Written by Akson at every start; changes belong in postgresql.auto.conf (ALTER SYSTEM).
listen_addresses = '{listen}'
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0777      # the password decides, not the file mode
max_connections = {connections}
shared_buffers = 128MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 64MB
max_wal_size = 1GB
checkpoint_timeout = 15min
autovacuum_naptime = 15s            # fresh tables get their statistics soon
fsync = on
synchronous_commit = on
full_page_writes = on
jit = off                           # costs more than it gives on short queries
random_page_cost = 1.1
default_toast_compression = pglz
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = '{log}'
log_filename = 'postgresql-%Y%m%d-%H%M%S.log'
log_file_mode = 0600
log_rotation_age = 0
log_rotation_size = {log_kb}kB
log_min_messages = warning
log_checkpoints = off
# A log must hold no patient data: neither statements, nor parameters, nor the row an error speaks of.
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""

_ACCESS = """\
# Written by Akson: every way in asks for the password.
local  all  akson                 scram-sha-256
host   all  akson  127.0.0.1/32   scram-sha-256
"""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running server listens: a socket folder, or a port on 127.0.0.1 when `sockets` is None."""

    sockets: Path | None
    port: int

    def dsn(self, password: str, database: str) -> str:
        host = f"?host={quote(str(self.sockets), safe='/')}&port={self.port}" if self.sockets else ""
        place = "" if self.sockets else f"127.0.0.1:{self.port}"
        return f"postgresql://{USER}:{password}@{place}/{database}{host}"


@dataclass(slots=True)
class Cluster:
    """The cluster below `<data>/pg`. Every method blocks; callers hold the start lock."""

    data_folder: Path
    connections: int = CONNECTIONS_MAX

    @property
    def home(self) -> Path:
        return self.data_folder / "pg"

    @property
    def folder(self) -> Path:
        return self.home / "cluster"

    def password(self) -> str:
        return (self.home / "password").read_text().strip()

    def prepare(self) -> None:
        self.home.mkdir(mode=0o711, parents=True, exist_ok=True)
        if self.home.stat().st_uid == os.geteuid():
            self.home.chmod(0o711)

    def start(self) -> Address:
        """Starts the server, making the cluster first when there is none. Raises AKS-STORE-003."""
        programs = binaries.find(major=self._major())
        user = account.choose(self.data_folder, self.home, programs.folder)
        if not (self.folder / "PG_VERSION").exists():
            self._make(programs, user)
        self._adopt(user)
        address = self._configure(user)
        self._sweep_logs()
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            self._remove_foreign_pid()
            self._remove_dead_sockets()
            command = [programs.program("pg_ctl"), "start", "-w", "-s", "-t", str(START_TIMEOUT_S)]
            result = user.run([*command, "-D", self.folder, "-l", self._start_log()], environ=_ENVIRON)
            if result.returncode == 0:
                return address
            # Children of a killed server hold its shared memory for a moment longer.
            said = self._last_words() + result.stderr
            if "shared memory block" not in said or time.monotonic() > deadline:
                raise _failed("start", said)
            time.sleep(RETRY_S)

    def stop(self) -> None:
        """Ends it after the sessions are told to close; what was committed is on disk. Nothing to do when it is down."""
        if self.running() is None:
            return
        programs = binaries.find(major=self._major())
        user = account.choose(self.data_folder, self.home, programs.folder)
        command = [programs.program("pg_ctl"), "stop", "-w", "-s", "-m", "fast", "-t", str(START_TIMEOUT_S)]
        result = user.run([*command, "-D", self.folder], environ=_ENVIRON)
        if result.returncode != 0 and self.running() is not None:
            raise _failed("stop", result.stderr)

    def running(self) -> Address | None:
        """Where the server of this cluster listens now, or None. One that is stopping is waited for."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while (lines := self._pid_lines()) and _is_server_of(int(lines[0]), self.folder):
            state = lines[7].strip() if len(lines) > 7 else "starting"
            if state == "ready":
                return Address(Path(lines[4]) if lines[4] else None, int(lines[3]))
            if time.monotonic() > deadline:
                raise _failed("find", f"The server is still {state} after {START_TIMEOUT_S} s.")
            time.sleep(RETRY_S)
        return None

    def _make(self, programs: binaries.Binaries, user: account.Account) -> None:
        """initdb beside the final place, then one rename: a half-made cluster is never taken for a whole one."""
        unfinished = self.home / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        user.own(unfinished, 0o700)
        secret = self.home / "password"
        secret.touch(mode=0o600)
        user.own(secret, 0o600)
        if not secret.read_text():
            secret.write_text(secrets.token_urlsafe(32) + "\n")
            _sync(secret)
        # C collation and character type need neither ICU nor the system's locales and never change order by an upgrade.
        options = [
            "--encoding=UTF8",
            "--locale=C",
            "--data-checksums",
            f"--username={USER}",
            f"--pwfile={secret}",
        ]
        command = [programs.program("initdb"), *options, "--auth=scram-sha-256", "-D", unfinished]
        result = user.run(command, environ=_ENVIRON)
        if result.returncode != 0:
            raise _failed("make", result.stderr)
        with (unfinished / "postgresql.conf").open("a") as settings:
            settings.write("\ninclude 'akson.conf'\n")
        unfinished.rename(self.folder)
        _sync(self.home)

    def _adopt(self, user: account.Account) -> None:
        """The folders PostgreSQL writes to; a cluster made by another user is refused rather than changed."""
        owner = self.folder.stat().st_uid
        if owner != user.uid:
            raise Problem(
                ProblemKind.INTERNAL,
                "AKS-STORE-004",
                "The database in this data folder belongs to another user.",
                why=f"It was made by user number {owner} and would now be run by {user.uid} ({user.name}).",
                now="Start Akson as before, or give the folder pg/cluster, pg/run and pg/log to that user with chown -R.",
                permanent=True,
            )
        for name in ("run", "log"):
            (self.home / name).mkdir(exist_ok=True)
            user.own(self.home / name, 0o711 if name == "run" else 0o700)

    def _configure(self, user: account.Account) -> Address:
        address = self._free_address()
        text = _SETTINGS.format(
            connections=self.connections,
            listen="" if address.sockets else "127.0.0.1",
            port=address.port,
            sockets=address.sockets or "",
            log=self.home / "log",
            log_kb=LOG_FILE_BYTES_MAX // 1024,
        )
        for name, content in (("akson.conf", text), ("pg_hba.conf", _ACCESS)):
            path = self.folder / name
            path.write_text(content)
            user.own(path, 0o600)
        return address

    def _free_address(self) -> Address:
        sockets = (self.home / "run").resolve()
        if len(os.fsencode(sockets / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES_MAX:
            return Address(sockets, PORT)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return Address(None, probe.getsockname()[1])

    def _major(self) -> int | None:
        try:
            return int((self.folder / "PG_VERSION").read_text())
        except FileNotFoundError:
            return None

    def _pid_lines(self) -> list[str]:
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []
        return lines if len(lines) >= 6 and lines[0].strip().isdigit() else []

    def _remove_foreign_pid(self) -> None:
        """Drops a pid file whose number meanwhile belongs to somebody else (or to a corpse nobody buried).

        A number that is dead is left to PostgreSQL, which first looks for surviving children by what the file says.
        """
        lines = self._pid_lines()
        if not lines or not _exists(int(lines[0])) or _is_server_of(int(lines[0]), self.folder):
            return
        deadline = time.monotonic() + START_TIMEOUT_S
        while _anyone_in(self.folder) and time.monotonic() < deadline:
            time.sleep(RETRY_S)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    def _start_log(self) -> Path:
        return self.home / "log" / "start.log"

    def _remove_dead_sockets(self) -> None:
        """The socket's own lock file names a process too; nobody else's socket stands in this folder."""
        for left in (self.home / "run").glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)

    def _last_words(self) -> str:
        logs = sorted((self.home / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        return " ".join(log.read_text(errors="replace")[-800:] for log in logs[-2:])

    def _sweep_logs(self) -> None:
        self._start_log().unlink(missing_ok=True)
        for old in sorted((self.home / "log").glob("postgresql-*.log"))[:-LOG_FILES_MAX]:
            old.unlink(missing_ok=True)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_server_of(pid: int, folder: Path) -> bool:
    """A server works inside its data directory, so its current directory tells it from a reused number."""
    if not Path("/proc/self").exists():
        return _exists(pid)
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    except OSError:
        return False


def _anyone_in(folder: Path) -> bool:
    return any(_is_server_of(int(entry.name), folder) for entry in Path("/proc").glob("[0-9]*"))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failed(verb: str, said: str) -> Problem:
    return Problem(
        ProblemKind.INTERNAL,
        "AKS-STORE-003",
        f"The embedded PostgreSQL could not be made to {verb}.",
        why=" ".join(said.split())[-600:],
        now="See the folder pg/log in the data folder; akson doctor checks disk space and permissions.",
    )
