"""`akson adoption`: the synthetic country made and read back, in a folder of its own; and who the post's HER-ids are."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from akson.app.adoption import kind_of, parties_of
from akson.app.cli.group import akson
from akson.exchange.addresses.entry import Entry, PartyType
from akson.store.adoption import Party


def ran(*arguments: str) -> str:
    result = CliRunner().invoke(akson, ["adoption", *arguments])
    assert result.exit_code == 0, result.output
    return result.output.replace("\u00a0", " ")


def test_the_country_is_made_once_and_its_figures_are_those_of_the_source(tmp_path: Path) -> None:
    """At a tenth of the scale; at scale 1 it says 240 000 and 14 000 (docs/benchmarks.md)."""
    data = ("--data", str(tmp_path / "data"))
    assert " rows" in ran("generate", "--times", "0.1", *data)
    said = ran("figures", *data)
    assert "422 av 428 kommuner er i gang (99 %)" in said and said.startswith("Tallene er syntetiske")
    assert "24 000 er 1 714 % av 1 400, en vekst på 1 614 %." in said
    files = (tmp_path / "a.csv", tmp_path / "a.pdf")
    pytest.importorskip("reportlab", reason="reportlab is not installed: requirements/run.lock")
    out = ran("figures", "--json", "--county", "Oslo", "--csv", str(files[0]), "--pdf", str(files[1]), *data)
    told = json.loads(out)
    assert told["municipalities"] == len(told["places"]) == 1 and told["places"][0]["county"] == "Oslo"
    assert files[0].read_bytes().startswith(b"\xef\xbb\xbf") and files[1].read_bytes().startswith(b"%PDF")
    again = CliRunner().invoke(akson, ["adoption", "generate", *data])
    assert again.exit_code != 0


CASES = [
    (Entry("8140001", PartyType.SERVICE, "Sykepleietjeneste", "8140000", "Storvik kommune", service=("8663", "25")),
     [Party("8140001", "Sykepleietjeneste", "municipality", "", "8140000"),
      Party("8140000", "Storvik kommune", "municipality", "", "8140000")]),
    (Entry("59", PartyType.SERVICE, "PLO innleggelse", "58", "Havnes sykehus HF", service=("8668", "1")),
     [Party("59", "PLO innleggelse", "hospital", "", "58"), Party("58", "Havnes sykehus HF", "hospital", "", "58")]),
    (Entry("71", PartyType.PERSON, "Grete Lund", "70", "Torget legesenter"),
     [Party("71", "Grete Lund", "gp", "", "70"), Party("70", "Torget legesenter", "gp", "", "70")]),
    (Entry("70", PartyType.ORGANIZATION, "Storvik apotek"), [Party("70", "Storvik apotek", "other", "", "70")]),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "parties"), CASES)
def test_an_entry_of_the_register_is_counted_as_its_organisation(entry: Entry, parties: list[Party]) -> None:
    assert parties_of(entry) == parties


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Lillefjord kommune", "municipality"), ("Helse Vest HF", "hospital"), ("HFX", "other")],
)
def test_a_name_tells_where_no_code_does(name: str, kind: str) -> None:
    assert kind_of(name) == kind
