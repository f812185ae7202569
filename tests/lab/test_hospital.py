"""The hospital writes what the official schemas allow, and no more than the type asks for."""

import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree
from tests.exchange.samples import admission, discharge

from akson.exchange.opening import open_message

MESSAGES = {
    "admission": admission,
    "discharge": discharge,
    "cancelled admission": lambda: admission(3, status="C", parent=1),
    "cancelled discharge": lambda: discharge(4, status="C", parent=2),
    "a man": lambda: admission(female=False),
    "a D-number": lambda: admission(national_id="52854220039"),
}


@pytest.fixture(scope="module")
def official_schema(shared: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(shared / "norwegian-messages" / "schemas" / "alle-navnerom.xsd")))


@pytest.mark.shared
@pytest.mark.parametrize("name", MESSAGES)
def test_it_is_valid_by_the_official_schema(name: str, official_schema: etree.XMLSchema) -> None:
    assert official_schema.validate(etree.fromstring(MESSAGES[name]())), official_schema.error_log.last_error


@pytest.mark.parametrize("name", MESSAGES)
def test_we_read_what_the_hospital_writes(name: str) -> None:
    message = open_message(MESSAGES[name]()).message()
    assert message.status == ("C" if "cancelled" in name else "N")


ARGUMENTS = [
    "admission", "--sender", "Havnes sykehus HF/990201/PLO innleggelse somatikk/990202",
    "--receiver", "Storvik kommune/990001/Sykepleietjeneste/990002", "--national-id", "52854220039",
    "--given", "Ola", "--family", "Vik", "--born", "1942-05-12", "--sex", "male", "--ward", "Sengepost 2",
    "--ward-phone", "05500202", "--responsible", "Eva", "Lunde", "9900201",
]  # fmt: skip


def lab(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "akson_lab", *arguments], capture_output=True, timeout=60)


def test_the_command_writes_a_message(tmp_path: Path) -> None:
    assert open_message(lab(*ARGUMENTS).stdout).message().type.code == "LOG_INNLAGT"
    done = lab(*ARGUMENTS, "--into", str(tmp_path))
    (written,) = tmp_path.iterdir()
    assert done.stdout.decode().strip() == str(written) and written.suffix == ".xml"
    assert open_message(written.read_bytes()).message().facts.ward == "Sengepost 2"


def test_the_command_says_what_is_missing() -> None:
    done = lab("admission", "--sender", "Havnes")
    assert done.returncode == 2 and b"ORGANISATION/HER/SERVICE/HER" in done.stderr
