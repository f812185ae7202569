"""S-16: markers in every field, through every door, of a node as users start it; and none where no patient data may stand.

Looked through: what the node says on its output, its logs and PostgreSQL's, every file it keeps beside the database and the
original messages, its health, the pages of strangers, what is said after a worker and the database were killed in the middle
of it, and what `akson doctor`, `akson load` and `akson log verify`
print. Five types of resource in CI; AKSON_SEEDS (make nightly) plants in all 146, some 50,000 markers.
"""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode, urlsplit

import pytest

from akson.fhir.definitions import load
from akson.web.screens import SCREENS
from tests.app.nodes import RunningNode, akson, postmaster, start, wait_until
from tests.exchange.samples import admission, bent
from tests.security.markers import Planter, in_bytes

CI_MARKERS, ALL_MARKERS = 2_000, 10_000
CI_TYPES = 3
"""Beside those that are under way when a worker and the database are killed."""
AT_ONCE = 8
STRUCK_ROUNDS = 6
CAST = ("system", "ida", "omar")
FIELDS = ("q", "til", "hvem", "pin", "igjen", "journal", "rolle", "versjon", "token", "proof", "aktiv", "logout_token",
          "grunn", "begrunnelse", "code", "state", "iss")  # fmt: skip
HEADERS = ("If-None-Exist", "If-Match", "If-None-Match", "If-Modified-Since", "Prefer", "X-Request-Id", "User-Agent",
           "Referer", "Authorization", "DPoP", "Cookie", "Accept", "Content-Type", "Accept-Language", "Host",
           "X-Forwarded-For", "X-Forwarded-Proto", "Origin", "akson-proof", "hx-request", "Traceparent")  # fmt: skip
MAY_HOLD = ("pg/cluster/", "post/")
"""The database, and the original messages: what the node is for. Everything else is looked through."""

Ask = tuple[str, str, bytes, dict[str, str]]


class Output:
    """Reads on, so that a node that has much to tell never waits for the test."""

    def __init__(self, running: RunningNode) -> None:
        self._running, self._lines = running, list[str]()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._running.process.stdout is not None
        self._lines.extend(self._running.process.stdout)

    def to_the_end(self) -> bytes:
        self._running.process.send_signal(signal.SIGINT)
        self._running.process.wait(30)
        self._reading.join(10)
        return "".join(self._lines).encode()


@dataclass
class Asked:
    running: RunningNode
    tokens: dict[str, str]
    cookies: dict[str, str]
    answers: dict[int, int] = field(default_factory=dict)

    def send(self, ask: Ask) -> int:
        """Status, or 0 when the connection broke."""
        method, path, body, headers = ask
        place = urlsplit(self.running.address)
        line = HTTPConnection(place.hostname or "", place.port or 0, timeout=30)
        try:
            line.request(method, path, body, headers)
            answer = line.getresponse()
            answer.read()
            status = answer.status
        except (OSError, HTTPException):
            status = 0
        finally:
            line.close()
        self.answers[status] = self.answers.get(status, 0) + 1
        return status

    def all(self, asks: list[Ask]) -> None:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self.send, asks))

    def as_one(self, chance: Random, **more: str) -> dict[str, str]:
        who = chance.choice(CAST)
        return {
            "Authorization": f"Bearer {self.tokens[who]}",
            "Content-Type": "application/fhir+json",
            **more,
        }

    def as_the_service(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['system']}", "Content-Type": "application/fhir+json"}

    def as_visitor(self, chance: Random, **more: str) -> dict[str, str]:
        return {
            "Cookie": f"akson={self.cookies[chance.choice(list(self.cookies))]}",
            "Origin": self.running.address,
            **more,
        }


def wanted() -> int:
    return ALL_MARKERS if "AKSON_SEEDS" in os.environ else CI_MARKERS


def creating(asked: Asked, planter: Planter, types: list[str]) -> Iterator[Ask]:
    """Every type whole, right and wrong; create, validate and a bundle."""
    for type in types:
        for wrong in (False, True):
            body = json.dumps(planter.resource(type, wrong=wrong)).encode()
            yield "POST", f"/fhir/{type}", body, asked.as_one(planter.chance)
            if not wrong:
                yield "POST", f"/fhir/{type}", body, asked.as_the_service()
                yield "GET", f"/fhir/{type}?_count=5&_include=*", b"", asked.as_the_service()
            yield "POST", f"/fhir/{type}/$validate", body, asked.as_one(planter.chance)
            request = {
                "method": "POST",
                "url": f"{type}?identifier={planter.marker('Bundle.entry.request.url')}",
            }
            bundle = {"resourceType": "Bundle", "type": "transaction",
                      "entry": [{"request": request, "resource": json.loads(body)}]}  # fmt: skip
            yield "POST", "/fhir", json.dumps(bundle).encode(), asked.as_one(planter.chance)
        yield (
            "POST",
            f"/fhir/{type}",
            f'{{"x":"{planter.marker("broken JSON")}'.encode(),
            asked.as_one(planter.chance),
        )
        xml = f'<{type} xmlns="http://hl7.org/fhir"><a b="{planter.marker("broken XML")}">'.encode()
        yield (
            "POST",
            f"/fhir/{type}",
            xml,
            asked.as_one(planter.chance, **{"Content-Type": "application/fhir+xml"}),
        )


def searching(asked: Asked, planter: Planter, types: list[str]) -> Iterator[Ask]:
    for type in types:
        for code in sorted(load().search_parameters(type)):
            text = planter.marker(f"search {type}?{code}")
            if planter.chance.random() < 0.5:
                yield "GET", f"/fhir/{type}?{code}={text}", b"", asked.as_one(planter.chance)
            else:
                form = {"Content-Type": "application/x-www-form-urlencoded"}
                yield (
                    "POST",
                    f"/fhir/{type}/_search",
                    f"{code}={text}".encode(),
                    asked.as_one(planter.chance, **form),
                )
        yield (
            "GET",
            f"/fhir/{type}?{planter.marker('name of a parameter')}=1",
            b"",
            asked.as_one(planter.chance),
        )


def addressing(asked: Asked, planter: Planter) -> Iterator[Ask]:
    shapes = (
        "/fhir/{}", "/fhir/Patient/{}", "/fhir/Patient/{}/_history/{}", "/fhir/Patient/{}/$everything", "/{}",
        "/static/{}", "/log/{}", "/log/tile/0/{}", "/witness/{}", "/helse?{}", "/pasient/{}", "/verifiser/{}",
        "/logg-inn/tilbake/{}?code={}", "/fhir/Patient/astrid/_history?_since={}", "/fhir/Patient/%00{}",
        "/fhir/Patient/{}%ff",
    )  # fmt: skip
    for shape in shapes:
        for method in ("GET", "POST", "DELETE", "PUT", "PATCH", "TRACE", planter.marker("method")):
            path = shape.replace("{}", planter.marker(f"address {shape}"), 1).replace(
                "{}", planter.marker(f"address {shape}")
            )
            yield method, path, b"", asked.as_one(planter.chance)
    for name in HEADERS:
        for path in ("/fhir/Patient/astrid", "/innboks", "/helse"):
            text = planter.marker(f"header {name}")
            text = {"Authorization": f"Bearer {text}", "Cookie": f"akson={text}; akson-device={text}"}.get(
                name, text
            )
            yield "GET", path, b"", asked.as_one(planter.chance, **{name: text})
            yield (
                "POST",
                "/fhir/Patient",
                b'{"resourceType":"Patient"}',
                asked.as_one(planter.chance, **{name: text}),
            )


def filling(asked: Asked, planter: Planter) -> Iterator[Ask]:
    """Every form and address of every screen, those of the login too."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for screen in SCREENS:
        for way in screen.ways:
            for _ in range(2):
                path = "".join(
                    quote(planter.marker(f"{screen.name} {way.path}")) if part.startswith("{") else part
                    for part in way.path.replace("{", "\0{").replace("}", "}\0").split("\0")
                )
                fields = {name: planter.marker(f"{screen.name} {way.path} {name}") for name in FIELDS}
                if way.method == "POST":
                    yield "POST", path, urlencode(fields).encode(), asked.as_visitor(planter.chance, **form)
                else:
                    yield "GET", f"{path}?{urlencode(fields)}", b"", asked.as_visitor(planter.chance)


def posting(running: RunningNode, planter: Planter) -> None:
    """Messages: whole, of an unknown patient, unreadable, and with a name in the name of the file."""
    folder = running.data / "post" / "in"
    for number in range(20):
        whole = admission(900 + number)
        text = bent(
            whole,
            ("Astrid", planter.marker("message: given name")),
            ("Bakken", planter.marker("message: family name")),
        )
        broken = text.replace(b"</MsgInfo>", planter.marker("message: broken").encode(), 1)
        unreadable = planter.marker("message: no XML").encode()
        for content in (text, broken, unreadable):
            name = planter.marker("message: name of the file")
            (folder / f".{name}").write_bytes(content)
            (folder / f".{name}").rename(folder / f"{name}.xml")
    wait_until(lambda: not list(folder.glob("*.xml")), 60)


def loading(running: RunningNode, planter: Planter, folder: Path) -> bytes:
    """A folder with good, bad and broken content; gives what the command printed."""
    folder.mkdir()
    for number in range(4):
        lines = [
            json.dumps(planter.resource(type, wrong=number % 2 == 1))
            for type in ("Patient", "Observation", "Task")
        ]
        (folder / f"{number}.ndjson").write_text(
            "\n".join([*lines, f'{{"x": "{planter.marker("load: broken")}'])
        )
    done = akson("load", folder, "--data", running.data)
    assert done.returncode in (1, 3), done.stderr
    return (done.stdout + done.stderr).encode()


def struck(asked: Asked, planter: Planter, types: list[str]) -> None:
    """A worker and the database are killed while they work on markers."""
    asks = [*creating(asked, planter, types), *searching(asked, planter, types), *filling(asked, planter)]
    planter.chance.shuffle(asks)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sent = [pool.submit(asked.send, ask) for ask in asks * STRUCK_ROUNDS]
        time.sleep(0.3)
        os.kill(asked.running.workers()[0], signal.SIGABRT)
        time.sleep(0.5)
        database = postmaster(asked.running.data)
        assert database is not None
        os.kill(database, signal.SIGKILL)
        for one in sent:
            one.result()
    assert asked.answers.get(0) or asked.answers.get(503), "nothing was under way when they were killed"
    wait_until(lambda: asked.running.get("/helse")[0] == 200)


def kept_beside(data: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(data.rglob("*")):
        name = str(path.relative_to(data))
        if path.is_file() and not name.startswith(MAY_HOLD):
            yield name, name.encode() + b"\n" + path.read_bytes()


def strangers_pages(asked: Asked) -> Iterator[tuple[str, bytes]]:
    """What others are shown afterwards, who have nothing to do with any of it."""
    for path in (
        "/helse",
        "/logg-inn",
        "/log/checkpoint",
        "/fhir/metadata",
        "/finnes-ikke",
        "/fhir/Patient",
        "/innboks",
    ):
        yield path, asked.running.get(path)[1]
    for path in ("/fhir/Patient?name=Zq", "/fhir/Observation?_count=50", "/fhir/Patient/finnes-ikke"):
        yield f"omar: {path}", asked.running.get(path, asked.tokens["omar"])[1]


@pytest.mark.security
def test_no_marker_is_found_where_no_patient_data_may_stand(tmp_path: Path) -> None:
    planter = Planter(seed=1)
    running = start(tmp_path / "data", "--workers", 2, command="up")
    said: list[tuple[str, bytes]] = []
    output = Output(running)
    try:
        asked = Asked(running, {who: running.token(who) for who in CAST}, {})
        asked.cookies = {who: logged_in(asked, who) for who in ("ida", "omar", "astrid", "per", "mats")}
        asked.all([*addressing(asked, planter), *filling(asked, planter)])
        types = sorted(load().resource_types)
        planter.chance.shuffle(types)
        taken = 0
        while taken < (len(types) if "AKSON_SEEDS" in os.environ else CI_TYPES):
            asked.all([*creating(asked, planter, [types[taken]]), *searching(asked, planter, [types[taken]])])
            taken += 1
        posting(running, planter)
        said.append(("akson load", loading(running, planter, tmp_path / "load")))
        assert not [status for status in asked.answers if status >= 500], asked.answers
        struck(asked, planter, ["Patient", "Observation"])
        assert len(planter.planted) >= wanted()
        assert asked.answers.get(201), "nothing was stored: the test says nothing"
        said += strangers_pages(asked)
        for command in (("doctor",), ("doctor", "--json"), ("log", "verify")):
            done = akson(*command, "--data", running.data)
            said.append((" ".join(command), (done.stdout + done.stderr).encode()))
        said += kept_beside(running.data)
        originals = b"".join(path.read_bytes() for path in (running.data / "post").rglob("*.xml"))
        assert set(in_bytes(originals)), "the search finds nothing where there is something"
    finally:
        if running.process.poll() is None:
            said.append(("output of the node", output.to_the_end()))
    print(
        f"{len(planter.planted)} markers in {sum(asked.answers.values())} requests of {taken} types: {asked.answers}"
    )
    found = {
        f"{where}: planted in {planter.planted.get(mark, '?')}"
        for where, text in said
        for mark in in_bytes(text)
    }
    assert not found, "\n".join(sorted(found)[:40])


def logged_in(asked: Asked, who: str) -> str:
    place = urlsplit(asked.running.address)
    line = HTTPConnection(place.hostname or "", place.port or 0, timeout=30)
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": asked.running.address}
    line.request("POST", "/logg-inn", urlencode({"hvem": who}), form)
    answer = line.getresponse()
    assert answer.status == 303
    return answer.headers["set-cookie"].split(";")[0].partition("=")[2]
