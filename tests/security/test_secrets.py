"""No secret in an argument that others on the machine may read, nor in a log, an answer or what a command prints.

Looked for: every private key of the data folder, the password of PostgreSQL, the password in the database's address, tokens.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.app.nodes import RunningNode, akson, children, command_line, node

pytestmark = pytest.mark.security


def descendants(pid: int) -> Iterator[int]:
    yield pid
    for child in children(pid):
        yield from descendants(child)


def arguments_on_this_machine(running: RunningNode) -> bytes:
    """The command lines of the node's processes, PostgreSQL's too: it is nobody's child when the folder had one before."""
    mine = set(descendants(running.process.pid))
    other = (int(p.name) for p in Path("/proc").glob("[0-9]*"))
    named = {pid for pid in other if str(running.data).encode() in command_line(pid)}
    lines = [command_line(pid) for pid in sorted(mine | named)]
    assert sum(b"akson.app.worker" in line for line in lines) >= 2
    return b"\n".join(lines)


def secrets_of(data: Path) -> dict[str, bytes]:
    """What nobody else may read: each line of each key, and passwords."""
    found: dict[str, bytes] = {}
    for path in sorted((data / "keys").rglob("*")):
        if path.is_file() and path.stat().st_size:
            for number, line in enumerate(path.read_bytes().splitlines()):
                if len(line) >= 16 and not line.startswith(b"-----"):
                    found[f"{path.name} line {number}"] = line
            assert path.stat().st_mode & 0o077 == 0, path
    if (password := data / "pg" / "password").is_file():
        found["PostgreSQL's password"] = password.read_bytes().strip()
    return found


def nowhere(secrets: dict[str, bytes], said: dict[str, bytes]) -> None:
    told = [
        f"{name} stands in {where}"
        for name, secret in secrets.items()
        for where, text in said.items()
        if secret in text
    ]
    assert not told, "\n".join(told)


def said_by_commands(data: Path, **env: str) -> dict[str, bytes]:
    commands = (("doctor",), ("doctor", "--json"), ("log", "verify"), ("issuers",))
    done = {" ".join(c): akson(*c, "--data", data, **env) for c in commands}
    return {name: (one.stdout + one.stderr).encode() for name, one in done.items()}


def logs_of(data: Path) -> dict[str, bytes]:
    paths = [*(data / "pg" / "log").glob("*"), data / "akson.lock", *(data / "load").glob("*")]
    return {str(path.relative_to(data)): path.read_bytes() for path in paths if path.is_file()}


def test_keys_and_passwords_stand_in_no_argument_and_no_log(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with node(data, "--workers", 2, command="serve") as running:
        token = running.token()
        pages = {
            path: running.get(path, token)[1]
            for path in ("/helse", "/logg-inn", "/log/policy", "/fhir/metadata")
        }
        assert running.get("/fhir/Patient", "x" + token)[0] == 401
        secrets = secrets_of(data) | {"an access token": token.encode()}
        assert len(secrets) >= 4, "the node has keys"
        said = (
            {"the arguments": arguments_on_this_machine(running)}
            | pages
            | said_by_commands(data)
            | logs_of(data)
        )
        output = running.interrupt()
    nowhere(secrets, said | {"the output": output.encode()} | logs_of(data))


def test_the_password_of_the_databases_address_is_told_to_nobody(
    database: str, log_database: str, tmp_path: Path
) -> None:
    password = (urlsplit(database).password or "").encode()
    if len(password) < 8:
        pytest.skip("The test's PostgreSQL asks for no password.")
    said = _with_an_address(tmp_path, database, log_database)
    name = urlsplit(database).path.strip("/")
    broken = akson("doctor", "--data", tmp_path / "none", AKSON_DATABASE_URL=database.replace(name, "absent"))
    said["doctor of a wrong address"] = (broken.stdout + broken.stderr).encode()
    nowhere({"the password": password}, said)


def _with_an_address(folder: Path, address: str, log_address: str) -> dict[str, bytes]:
    data, env = folder / "data", {"AKSON_DATABASE_URL": address, "AKSON_LOG_DATABASE_URL": log_address}
    with node(data, "--workers", 1, command="serve", **env) as running:
        said = {"the arguments": arguments_on_this_machine(running), "/helse": running.get("/helse")[1]}
        said |= said_by_commands(data, **env)
        output = running.interrupt()
    kept = {str(p.relative_to(data)): p.read_bytes() for p in data.rglob("*") if p.is_file()}
    return said | kept | {"the output": output.encode()}
