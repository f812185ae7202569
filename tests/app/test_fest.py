"""`akson fest FILE`: what is read of a register of medicines, what becomes a rule, and what a node uses after a restart."""

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from akson.app.cli.group import akson
from akson.app.cli.running import run_safely
from akson.app.doctor.installation import _fest
from akson.app.fest import catalogue, kept, stream
from akson.app.fest.edition import made
from akson.app.settings import Settings
from akson.care.decisionsupport.advice import Advice, advice
from akson.care.decisionsupport.facts import facts_of
from akson.care.decisionsupport.rules import Rules, Severity, load
from akson.care.medication.medicine import names as told_names
from akson.care.medication.prescribing.catalogue import found, often_used
from akson.care.medication.prescribing.catalogue import use as offer
from akson.care.medication.reconciliation.names import named_in, names_in_use, own_names, use, with_register
from akson.fhir.problem import Problem
from tests.care.decisionsupport.test_advice import statement

SAMPLE = Path(__file__).parents[2] / "docs" / "fest" / "sample.xml"
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


def run(file: Path, data: Path, *more: str) -> int:
    return run_safely(akson, ["fest", str(file), "--data", str(data), *more])


def imported(data: Path, text: str | None = None) -> tuple[kept.Kept, bool]:
    file = io.BytesIO((text or SAMPLE.read_text("utf-8")).encode())
    found = catalogue.read(stream.entries(file))
    return kept.keep(data, found, made(found))


def said(rules: Rules, *drugs: tuple[str, str], day: date = NOW.date()) -> tuple[Advice, ...]:
    rows = [statement(n, name, atc, "", "") for n, (name, atc) in enumerate(drugs)]
    return advice(facts_of(None, rows, NOW), rules.at(day))


@pytest.fixture
def _own_names_after() -> Iterator[None]:
    yield
    use(None)
    offer(None)


def test_the_sample_is_of_the_register_s_own_schema(shared: Path) -> None:
    schema = shared / "norwegian-messages" / "schemas" / "eresept" / "ER-M30-2014-12-01.xsd"
    if not schema.exists():
        pytest.skip(f"{schema.name} is not in the shared folder")
    rules = etree.XMLSchema(etree.parse(schema))
    assert rules.validate(etree.parse(SAMPLE)), rules.error_log


def test_the_command_takes_it_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(SAMPLE, tmp_path, "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["new"], first["id"], first["rules"]) == (True, "FEST 2026-11-15", 5)
    assert first["withdrawn"] == {"OppfLegemiddelMerkevare": 1, "OppfInteraksjon": 1}
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*") if p.is_file()}
    with zipfile.ZipFile(tmp_path / "fest251.zip", "w") as packed:
        packed.write(SAMPLE, "fest251.xml")
    assert run(tmp_path / "fest251.zip", tmp_path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["new"] is False
    assert all(p.stat().st_mtime_ns == at for p, at in before.items())


def test_an_edition_is_never_changed(tmp_path: Path) -> None:
    imported(tmp_path)
    text = SAMPLE.read_text("utf-8").replace("Kombinasjonen bør unngås.", "Noe annet.")
    with pytest.raises(Problem) as raised:
        imported(tmp_path, text)
    assert raised.value.id == "AKS-FEST-010"
    later = text.replace("<HentetDato>2026-11-15", "<HentetDato>2026-11-25")
    assert imported(tmp_path, later)[1]
    assert [one.id for one in kept.editions(tmp_path)] == ["FEST 2026-11-15", "FEST 2026-11-25"]
    told = {day: kept.in_force(tmp_path, date(2026, 11, day)) for day in (14, 24, 27)}
    assert [k and k.id for k in told.values()] == [None, "FEST 2026-11-15", "FEST 2026-11-25"]


def test_rules_name_the_register_and_its_reference(tmp_path: Path) -> None:
    rules = kept.rules_of(imported(tmp_path)[0])
    (one,) = said(rules, ("Enalapril", "C09AA02"), ("Spironolakton", "C03DA01"))
    assert (one.severity, one.edition) == (Severity.WARNING, "FEST 2026-11-15")
    assert one.source.startswith("FEST 2026-11-15: MHRA") and one.url.startswith("https://www.gov.uk/")
    assert (
        "Gjelder når: Særlig ved redusert nyrefunksjon." in one.words and "Kalium og kreatinin" in one.now_do
    )
    assert not said(load(), ("Enalapril", "C09AA02"), ("Spironolakton", "C03DA01"))
    assert said(rules, ("Enalapril", "C09AA02"), ("Spironolakton", "C03DA01"), day=date(2026, 11, 1)) == ()


def test_a_combination_is_met_by_the_code_of_what_it_holds(tmp_path: Path) -> None:
    """Inegy is C10BA02; the register's AtcKombipreparat says that it holds C10AA01. Klaritromycin has no code there."""
    kept_one, _ = imported(tmp_path)
    rows = map(json.loads, (kept_one.folder / "rules.ndjson").read_text("utf-8").splitlines())
    rule = next(row for row in rows if "simvastatin" in row["id"])
    assert rule["groups"] == [["C10AA01", "C10BA02"], ["J01FA01", "J01FA09"]]


def test_one_pair_is_spoken_of_once_by_the_graver(tmp_path: Path) -> None:
    rules = kept.rules_of(imported(tmp_path)[0])
    (equal,) = said(rules, ("Warfarin", "B01AA03"), ("Mikonazol", "A01AB09"))
    assert equal.rule == "warfarin-miconazole"
    assert equal.source.startswith("MHRA") and "; FEST 2026-11-15: MHRA" in equal.source
    (graver,) = said(rules, ("Enalapril", "C09AA02"), ("Losartan", "C09CA01"))
    assert graver.rule == "fest-ID_interaction-ras-to" and graver.source.count("EMA") == 2
    assert graver.severity is Severity.CRITICAL and not graver.interrupts


def test_only_what_is_active_and_asks_for_something_speaks(tmp_path: Path) -> None:
    text = SAMPLE.read_text("utf-8")
    nothing = text.replace('<Relevans V="2"', '<Relevans V="3"')
    found = catalogue.read(stream.entries(io.BytesIO(nothing.encode())))
    assert made(found).left_out == {"nothing to do": 1}
    assert len(made(found).rules) == 4
    gone = text.replace(
        '<Status V="A" DN="Aktiv oppføring"/>\n      <Interaksjon><Id>ID_interaction-ras-to',
        '<Status V="U" DN="Utgått"/>\n      <Interaksjon><Id>ID_interaction-ras-to',
    )
    found = catalogue.read(stream.entries(io.BytesIO(gone.encode())))
    assert found.withdrawn["OppfInteraksjon"] == 2
    assert not any("ras-to" in str(rule["id"]) for rule in made(found).rules)


def test_a_reference_without_an_address_is_read_where_the_register_is(tmp_path: Path) -> None:
    text = SAMPLE.read_text("utf-8").replace('<Lenke V="https://doi.org/', '<Lenke V="http://example.org/')
    found = catalogue.read(stream.entries(io.BytesIO(text.encode())))
    rule = next(r for r in made(found).rules if "betablokker" in str(r["id"]))
    assert rule["url"] == "https://www.dmp.no/om-oss/distribusjon-av-legemiddeldata/fest"
    older = text.replace("http://example.org/", "http://doi.org/")
    found = catalogue.read(stream.entries(io.BytesIO(older.encode())))
    assert any(str(r["url"]).startswith("https://doi.org/") for r in made(found).rules)


def test_names_of_the_register_are_read_and_own_names_stand(tmp_path: Path) -> None:
    rows = [
        {"name": "Vareprøve", "substance": "metoprolol", "atc": "C07AB02"},
        {"name": "Saltprøve", "substance": "metoprololsuksinat", "atc": "C07AB02"},
        {"name": "Nyprøve", "substance": "nystoffin", "atc": "X99XA01"},
        {"name": "Toprøve", "substance": "nystoffin/losartan", "atc": "X99XB01"},
        {"name": "Prednison Prøve", "substance": "prednison", "atc": "H02AB07"},
        {"name": "Marevan", "substance": "nystoffin", "atc": "X99XA01"},
    ]
    names = with_register(rows)
    assert [names.named(n) for n in ("Vareprøve", "Saltprøve", "Nyprøve", "Toprøve")] == [
        "metoprolol",
        "metoprolol",
        "nystoffin",
        "losartan/nystoffin",
    ]
    assert named_in(names, "Nyprøve 20 mg tabl 1+0+0")[0] == "nystoffin"
    # An official name is no slip of the pen, and no new name makes an old one doubtful.
    assert names.named("prednison") == "prednison" and names.named("Marevan") == "warfarin"
    assert names.near("nyprøvee") == "" and names.by_atc["C07AB02"] == "metoprolol"
    assert own_names().named("Nyprøve") == ""


def test_a_node_uses_it_after_a_restart(tmp_path: Path, _own_names_after: None) -> None:
    drug = {"code": {"text": "Prøvevare"}}
    text = SAMPLE.read_text("utf-8").replace("<fs:Varenavn>Zocor<", "<fs:Varenavn>Prøvevare<")
    assert kept.for_use(tmp_path, NOW.date()).edition is None
    imported(tmp_path, text)
    rules = kept.begin(tmp_path, NOW.date())
    assert told_names(drug).generic == "Simvastatin" and told_names(drug).product == "Prøvevare"
    assert rules.at(NOW.date()).id.endswith(" · FEST 2026-11-15")
    use(None)
    assert names_in_use() is own_names()


def test_what_cannot_be_read_keeps_no_node_from_starting(tmp_path: Path) -> None:
    standing, _ = imported(tmp_path)
    (standing.folder / "rules.ndjson").write_text('{"id": "x"')
    begun = kept.for_use(tmp_path, NOW.date())
    assert begun.rules is load() and begun.names is None
    (standing.folder / "edition.json").unlink()
    assert kept.editions(tmp_path) == ()
    assert imported(tmp_path)[1]


async def test_doctor_says_which_edition(tmp_path: Path) -> None:
    settings: Any = _settings(tmp_path)
    assert "none imported" in (await _fest(settings)).what
    today = datetime.now(UTC).date()
    text = SAMPLE.read_text("utf-8")
    old = text.replace("<HentetDato>2026-11-15", f"<HentetDato>{today - timedelta(days=200)}")
    imported(tmp_path, old)
    assert (await _fest(settings)).level == "warn"
    standing, _ = imported(tmp_path, text.replace("<HentetDato>2026-11-15", f"<HentetDato>{today}"))
    told = await _fest(settings)
    assert told.level == "ok" and told.what == f"FEST {today}: 5 interactions, {standing.names} names"
    (standing.folder / "rules.ndjson").write_text("{")
    assert (await _fest(settings)).level == "fault"
    shutil.rmtree(standing.folder)


def _settings(data: Path) -> Settings:
    from akson.app.cli import options

    return replace(options.settings(data=str(data)), data=data)


BOMB = '<!DOCTYPE FEST [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


REFUSED = {
    "cut": ("<FEST><HentetDato>2026-11-15T03:09:06</HentetDato>", "AKS-XML-001"),
    "other root": ("<Katalog><OppfInteraksjon/></Katalog>", "AKS-XML-005"),
    "inside": ("<Katalog><FEST><HentetDato>2026-11-15T03:09:06</HentetDato></FEST></Katalog>", "AKS-XML-005"),
    "no entry": ("<Katalog/>", "AKS-XML-005"),
    "empty": (" ", "AKS-XML-002"),
    "no date": ("<FEST/>", "AKS-FEST-005"),
    "no moment": ("<FEST><HentetDato>i går</HentetDato></FEST>", "AKS-FEST-005"),
    "entities": (BOMB + "<FEST><HentetDato>&b;</HentetDato></FEST>", "AKS-XML-003"),
    "outside": ('<!DOCTYPE FEST SYSTEM "file:///etc/hostname"><FEST/>', "AKS-XML-003"),
    "behind a long comment": ("<!--" + " " * 70_000 + "-->" + BOMB + "<FEST/>", "AKS-XML-002"),
    "deep": ("<FEST>" + "<x>" * 300 + "</x>" * 300 + "</FEST>", "AKS-XML-001"),
    "one large entry": (
        "<FEST><Kat><Oppf>" + ("<x>" + "a" * 1_000 + "</x>") * 17_000 + "</Oppf></Kat></FEST>",
        "AKS-XML-014",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_register_is_refused(tmp_path: Path, name: str) -> None:
    text, id = REFUSED[name]
    with pytest.raises(Problem) as raised:
        imported(tmp_path, text)
    assert raised.value.id == id
    assert not (tmp_path / "fest").exists()


def test_utf_16_hides_no_document_type() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?>' + BOMB + "<FEST/>"
    with pytest.raises(Problem) as raised:
        catalogue.read(stream.entries(io.BytesIO(text.encode("utf-16"))))
    assert raised.value.id == "AKS-XML-004"


def test_a_thousand_rules_are_not_gone_through_for_two_drugs() -> None:
    """`touched` gives what going through all of them would say."""
    rows = [
        {
            "id": f"r{n}", "kind": "interaction", "severity": "warning", "title": "{0} {1}", "words": "", "now_do": "",
            "source": "s", "url": "https://example.org", "groups": [[f"A{n % 90:02}"], [f"B{n % 70:02}A", "C01"]],
        }
        for n in range(1000)
    ]  # fmt: skip
    edition = load().beside(kept.edition_of("FEST x", date(2026, 1, 1), rows)).at(date(2026, 12, 1))
    codes = ["A10BA02", "B10AA01", "C01AA05"]
    slow = {
        rule.id
        for rule in edition.rules
        if rule.kind != "interaction" or all(any(c.startswith(tuple(g)) for c in codes) for g in rule.groups)
    }
    assert [rule.id for rule in edition.touched(codes)] == [r.id for r in edition.rules if r.id in slow]
    assert len(edition.touched(codes)) < 60


@pytest.mark.usefixtures("_own_names_after")
def test_its_products_are_offered_to_who_orders_medicines(tmp_path: Path) -> None:
    before = found("marevan")
    edition, _ = imported(tmp_path)
    kept.begin(tmp_path, NOW.date())
    with (edition.folder / "names.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["strength"] and row["name"] != row["substance"]]
    assert rows, "the sample has products with strength"
    for row in rows:
        hit = next(
            h for h in found(row["name"]) if (h.strength, h.form) == (row["strength"], row["form"].lower())
        )
        assert (hit.product, hit.atc) == (row["name"], row["atc"])
    assert found("paracet")[0] == often_used()[0]
    kept.begin(tmp_path / "without", NOW.date())
    assert found("marevan") == before
