"""Old products as FHIR: what is mapped, what is not and is said to be, newer files over older, and nobody else writes."""

import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
import pytest_asyncio

from akson.access.actor import PurposeOfUse
from akson.api.capability import Capability
from akson.api.interactions import INTERACTIONS
from akson.api.operations import OPERATIONS
from akson.app import settings as all_settings
from akson.app.cast import CAST
from akson.app.settings import Settings
from akson.app.wiring import open_node
from akson.app.wrapping import letters
from akson.app.wrapping.wrapping import wrap
from akson.fhir.problem import Problem
from akson.fhir.search.parsing import parse
from akson.fhir.validation import validate
from akson.record.values import Change
from akson.sharing.legacy import dates, dump, gerda, messages, standing
from akson.store.server import databases
from akson_lab.old_products import gerda as old
from akson_lab.old_products import letters_only
from akson_lab.people import residents

UNITS = {"HSO": "hjemmetjenesten-ost"}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("COPY public.a (id, t) FROM stdin;\n1\tto\\tre\\nfire\n2\t\\N\n\\.\n", [("1", "to\tre\nfire"), ("2", "")]),
        ("INSERT INTO a (id, t) VALUES (1, 'Ola''s'), (2, NULL);", [("1", "Ola's"), ("2", "")]),
        ("INSERT INTO \"a\" (id,t) VALUES(1,'en,\nto');\nSELECT 1;", [("1", "en,\nto")]),
        ("-- nothing\nCREATE TABLE a (id int);", []),
    ],
)  # fmt: skip
def test_a_dump_is_read_as_its_product_writes_it(text: str, rows: list[tuple[str, str]]) -> None:
    assert [(row.key, row.fields["T"]) for row in dump.read(text.encode("latin-1"))] == rows


@pytest.mark.parametrize(
    "text", ["COPY a (id, t) FROM stdin;\n1\n\\.", "INSERT INTO a (id, t) VALUES (1, f(2));"]
)
def test_a_broken_dump_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(Problem) as refused:
        list(dump.read(text.encode()))
    assert refused.value.id == "AKS-LEGACY-010" and "Line" in refused.value.what


def test_dates_and_numbers_as_people_typed_them() -> None:
    told = ("3.11.26", "03.11.2026", "2026-11-03", "20261103", "31.02.2026", "våren 2019", "")
    assert [dates.day(one) for one in told] == ["2026-11-03"] * 4 + [""] * 3
    assert dates.day("12.05.42", two_digits=False) == "", "whose century nobody knows"
    assert dates.moment("03.11.26 08.15") == "2026-11-03T08:15:00+01:00"
    assert dates.moment("03.07.2026 25:00") == "2026-07-03"
    assert [dates.number(one) for one in ("37,5", "72", "ca 2", "")] == [
        Decimal("37.5"),
        Decimal(72),
        None,
        None,
    ]


def test_gerda_is_mapped_and_what_is_not_is_counted() -> None:
    filling = gerda.fill(dump.read(old.dump()), units=UNITS, taken="2026-11-20")
    by_id = {one["id"]: one for one in filling.resources}
    assert len(by_id) == len(filling.resources) == 106
    assert not [issue for one in filling.resources for issue in validate(one)]
    person = residents(old.SEED, 1)[0]
    patient = by_id["gerda-bruker-1000"]
    assert patient["name"][0]["family"] == person.family and patient["birthDate"] == person.born.isoformat()
    assert patient["address"][0]["line"] == [person.street], "the second table of the same person"
    assert by_id["gerda-diagn-300"]["code"]["coding"][0]["code"] == "S97"
    assert "recordedDate" not in by_id["gerda-diagn-300"], "«våren 2019» is no day"
    assert by_id["gerda-diagn-323"]["code"] == {"text": "Vond fot"}
    assert by_id["gerda-maaling-503"]["valueString"] == "ca 2"
    assert by_id["gerda-medkort-400"]["dosage"] == [{"text": "1 tabl morgen og kveld, ikke ved kvalme"}]
    assert by_id["gerda-vedtak-220"]["status"] == "finished"
    account = filling.account.as_json()
    assert account["asText"]["DIAGN.KODE"] == {"D-FOT": 2} and account["mapped"]["DIAGN.KODE"] == 16
    assert account["unreadable"] == {"DIAGN.DATO": 6, "MAALING.VERDI": 6}
    assert account["leftOut"] == {"LOGG_GML": {"tabellen leses ikke": 2}, "VEDTAK": {"ingen slik bruker": 1}}
    # Every row of every table is a resource, or is counted as left out.
    rows = Counter(row.table for row in dump.read(old.dump()))
    made = Counter(one["meta"]["source"].partition("#")[2].partition("/")[0] for one in filling.resources)
    for table in ("BRUKER", "DIAGN", "MEDKORT", "MAALING", "VEDTAK"):
        assert rows[table] == made[table] + sum(account["leftOut"].get(table, {}).values()), table


def test_letters_give_what_stands_in_them_and_no_number_in_an_id(tmp_path: Path) -> None:
    letters_only.write(tmp_path)
    (tmp_path / "broken.xml").write_text("<MsgHead>")
    found, unreadable = letters.read(tmp_path)
    assert (len(found), unreadable) == (6, 1)
    filling = messages.fill(found, units={}, taken="2026-11-20", named=lambda number: f"n{number[:2]}x")
    assert Counter(one["resourceType"] for one in filling.resources)["Communication"] == 6
    assert not [issue for one in filling.resources for issue in validate(one)]
    numbers = [person.national_id for person in residents(letters_only.SEED, 3, city="Nesvik")]
    assert not [one["id"] for one in filling.resources for number in numbers if number in one["id"]]
    assert {one["code"]["text"] for one in filling.resources if one["resourceType"] == "Condition"} == {
        "Kronisk leggsår"
    }


@pytest_asyncio.fixture(loop_scope="session")
async def settings(postgres_dsn: str, tmp_path: Path) -> AsyncIterator[Settings]:
    name = f"wrap_{secrets.token_hex(4)}"
    await databases.make(postgres_dsn, [name, f"{name}_log"])
    dsn = urlunsplit(urlsplit(postgres_dsn)._replace(path=f"/{name}"))
    yield all_settings.load(environ={}, options={"data": str(tmp_path / "data"), "database_url": dsn})
    await databases.drop(postgres_dsn, [name, f"{name}_log"])


async def test_a_newer_file_is_laid_over_and_nobody_else_writes(settings: Settings, tmp_path: Path) -> None:
    source = tmp_path / "gerda.sql"
    source.write_bytes(old.dump())
    first = await wrap(settings, "gerda", source, UNITS, "2026-11-20")
    again = await wrap(settings, "gerda", source, UNITS, "2026-11-20")
    source.write_bytes(old.dump(2))
    newer = await wrap(settings, "gerda", source, UNITS, "2026-11-20")
    assert (first.reloaded.created, again.reloaded.unchanged) == (106, 106)
    r = newer.reloaded
    assert (r.created, r.deleted) == (1, 1)
    # A dose, a plan that lost a line, and the Provenance of her whom it is about.
    assert (r.updated, r.unchanged) == (3, 102)
    assert standing.read(settings.data) == newer.wrap
    with pytest.raises(Problem) as refused:
        await wrap(settings, "brev", tmp_path, {}, "2026-11-20")
    assert refused.value.id == "AKS-LEGACY-002"
    async with open_node(settings, pool_size=2) as node:
        session = node.record.open(CAST["ida"], PurposeOfUse.TREATMENT)
        found = await session.search(parse("Condition", [("code", "urn:oid:2.16.578.1.12.4.1.1.7170|S97")]))
        east = {"gerda-bruker-1000", "gerda-bruker-1002", "gerda-bruker-1004"}
        subjects = {json.loads(v.body or b"{}")["subject"]["reference"] for v in found.matches}
        assert subjects == {f"Patient/{id}" for id in east}, "her unit's, as decided everywhere"
        for who in ("ida", "system"):
            with pytest.raises(Problem) as refused:
                change = Change("DELETE", "Condition", id="gerda-diagn-300")
                await node.record.open(CAST[who], PurposeOfUse.TREATMENT).commit([change])
            assert refused.value.id == "AKS-RECORD-090"


async def test_a_node_with_a_record_of_its_own_is_never_made_read_only(
    settings: Settings, tmp_path: Path
) -> None:
    async with open_node(settings, pool_size=2) as node:
        patient = {"resourceType": "Patient", "id": "p"}
        session = node.record.open(CAST["system"], PurposeOfUse.OPERATIONS)
        await session.commit([Change("PUT", "Patient", id="p", resource=patient)])
    with pytest.raises(Problem) as refused:
        await wrap(settings, "brev", tmp_path, {}, "2026-11-20")
    assert refused.value.id == "AKS-LEGACY-001" and standing.read(settings.data) is None


def test_the_statement_says_what_is_there_and_that_nothing_is_written() -> None:
    told = standing.Wrap(
        "gerda", "Gerda", "4.2", ("Condition", "Patient"), "Ikke her: notater.", "2026-11-20"
    )
    statement = json.loads(
        Capability(INTERACTIONS, OPERATIONS, wrap=told).answer("metadata", "http://a").body
    )
    (rest,) = statement["rest"]
    assert [one["type"] for one in rest["resource"]] == ["Condition", "Patient"]
    codes = {i["code"] for one in (*rest["resource"], rest) for i in one["interaction"]}
    assert codes == {
        "read",
        "vread",
        "history-instance",
        "history-type",
        "search-type",
        "history-system",
        "search-system",
    }
    assert rest["documentation"] == "Ikke her: notater." and not validate(statement)
    assert "20.11.2026" in statement["implementation"]["description"]
