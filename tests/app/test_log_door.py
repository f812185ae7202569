"""A running node, its witnesses (a program of its own, another node), and a stranger who checks what they publish."""

import base64
import json
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import akson_verify
from akson.audit.merkle import root_of
from akson.audit.tiles import TileName
from tests.app.nodes import AKSON, RunningNode, akson, environ, node, wait_until
from tests.ports import free_port
from tests.promises import allowed_s

PROMISE_S = 5.0


@contextmanager
def witness(folder: Path, name: str, port: int, *logs: str) -> Iterator[None]:
    command = [*AKSON, "witness", str(folder), "--name", name, "--port", str(port)]
    command += [part for log in logs for part in ("--log", log)]
    process = subprocess.Popen(
        command, env=environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    wait_until(lambda: listening(port))
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def line_of(folder: Path, name: str) -> str:
    done = akson("witness", folder, "--name", name, "--key")
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[2]


def checkpoint(running: RunningNode) -> str:
    status, body = running.get("/log/checkpoint")
    assert status == 200
    return body.decode()


@dataclass
class Place:
    folder: Path

    def policy(self, *witnesses: str, quorum: int) -> Path:
        path = self.folder / "witnesses"
        names = " ".join(line.split()[1] for line in witnesses)
        path.write_text("".join(f"{line}\n" for line in witnesses) + f"group g {quorum} {names}\nquorum g\n")
        return path


def transaction(*resources: dict) -> bytes:
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}}
        for r in resources
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


def send(running: RunningNode, token: str, method: str, path: str, body: bytes) -> None:
    request = urllib.request.Request(running.address + path, body, method=method)
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", "application/fhir+json")
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def test_witnesses_sign_within_the_promise_and_a_stranger_can_check(tmp_path: Path) -> None:
    """One program of its own and one node that is also a witness; tiles over HTTP make the root they signed."""
    ports = (free_port(), free_port())
    data, other = tmp_path / "data", tmp_path / "other"
    first = f"witness fylket {line_of(tmp_path / 'w', 'fylket.example')} http://127.0.0.1:{ports[0]}"
    second = f"witness nabo {line_of(other / 'witness', 'nabo.example')} http://127.0.0.1:{ports[1]}/witness"
    rules = Place(tmp_path).policy(first, second, quorum=2)
    with ExitStack() as stack:
        one = stack.enter_context(node(data, "--workers", "1", AKSON_WITNESSES=str(rules)))
        key = one.get("/log/policy")[1].decode().split("\n")[0].removeprefix("log ")
        stack.enter_context(witness(tmp_path / "w", "fylket.example", ports[0], key))
        (other / "witness" / "logs").write_text(f"log {key}\n")
        neighbour = node(other, "--workers", "1", "--port", ports[1], AKSON_WITNESS_NAME="nabo.example")
        stack.enter_context(neighbour)
        token = one.token()
        wait_until(lambda: one.get("/log/checkpoint")[0] == 200)
        wait_until(lambda: checkpoint(one).count("\u2014") == 3)
        size = int(checkpoint(one).split("\n")[1])
        began = time.monotonic()
        send(one, token, "POST", "/fhir", transaction({"resourceType": "Patient", "id": "prove"}))
        wait_until(
            lambda: int(checkpoint(one).split("\n")[1]) > size and checkpoint(one).count("\u2014") == 3
        )
        assert time.monotonic() - began < allowed_s(PROMISE_S)

        many = [{"resourceType": "Patient", "id": f"p{n}"} for n in range(270)]
        send(one, token, "POST", "/fhir", transaction(*many))
        wait_until(lambda: int(checkpoint(one).split("\n")[1]) > 256 + size)
        check_tiles(one)
        proof = tmp_path / "bevis.json"
        proof.write_text(
            akson("log", "proof", "prove", "--as", "per", "--data", data, AKSON_WITNESSES=str(rules)).stdout
        )
        keys = one.get("/log/policy")[1].decode()
        said = akson_verify.check(proof.read_bytes(), keys)
        assert said.accepted and "Sett av 2 uavhengige vitner" in said.lines[0], said.lines
        assert len(said.events) >= 1
        entry = akson("log", "proof", "--entry", 0, "--data", data, AKSON_WITNESSES=str(rules)).stdout
        assert akson_verify.check(entry.encode(), keys).accepted
        needless = akson("log", "epoch", "--reason", "Prøve", "--data", data, AKSON_WITNESSES=str(rules))
        assert needless.returncode == 1 and "AKS-AUDIT-040" in needless.stderr, (
            "the witnesses have seen no more"
        )
        found = sha256(key.split("+")[0].encode()).hexdigest()
        status, note = RunningNode(one.process, other, f"http://127.0.0.1:{ports[1]}").get(
            f"/witness/{found}/checkpoint"
        )
        assert status == 200 and note.decode().count("\u2014") == 2
        assert "Patient" not in checkpoint(one)


def check_tiles(running: RunningNode) -> None:
    """Every leaf over HTTP, and the root of them all."""
    _, size, root, *_ = checkpoint(running).split("\n")
    leaves: list[bytes] = []
    for n in range(-(-int(size) // 256)):
        width = min(256, int(size) - n * 256)
        status, data = running.get(f"/log/tile/{TileName(0, n, width).path()}")
        assert status == 200 and len(data) == 32 * width
        leaves += [data[at : at + 32] for at in range(0, len(data), 32)]
    assert base64.b64encode(root_of(leaves)).decode() == root
    assert running.get("/log/tile/1/000.p/1")[1] == root_of(leaves[:256])
    for odd in ("0/900", "0/000.p/256", "63/000", "entries/000", "0/0", "..%2f..%2fetc/passwd", ""):
        assert running.get(f"/log/tile/{odd}")[0] == 404
    assert running.get("/log/")[0] == 404


def test_a_node_that_is_nobodys_witness_has_no_such_door(tmp_path: Path) -> None:
    with node(tmp_path / "data", "--workers", "1") as running:
        for path in ("/witness/add-checkpoint", "/witness/x/checkpoint"):
            assert running.get(path)[0] == 404
