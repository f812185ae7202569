"""documents.toml: what it may say, and that every fault of it is told; and what a document's metadata must have."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from akson.app import documents, settings
from akson.app.xds_door import trusted_in
from akson.fhir.problem import Problem
from akson.sharing.documents import made
from akson.sharing.documents.declared import declared
from akson.sharing.documents.entry import Author, Person, default_oid, missing
from akson.sharing.documents.made import Version
from akson.sharing.documents.wanted import Period, Wanted
from tests.sharing.documents_house import COMMUNITY, note

NODE = "Storvik kommune"
FOREIGN = {"id": "sorvest", "name": "Sørvest", "how": "mhd", "base": "https://x.example/mhd", "home": "1.2.3"}
SAML = {"issuer": "https://saml.example", "audience": "a", "certificate": "saml.pem"}


def test_without_a_file_we_are_somebody_and_believe_nobody() -> None:
    told = declared({}, NODE)
    assert told.community.home == default_oid(NODE) and told.community.repository == f"{default_oid(NODE)}.1"
    assert (told.saml, told.foreign) == ((), ())
    assert declared({}, "Lillefjord kommune").community.home != told.community.home


@pytest.mark.parametrize(
    "told",
    [
        {"unknown": 1},
        {"community": {"home": "x"}},
        {"community": {"organisation": "12"}},
        {"community": []},
        {"saml": [{"issuer": "x"}]},
        {"saml": [SAML, SAML]},
        {"saml": [{**SAML, "partners": ["x"]}]},
        {"foreign": [{**FOREIGN, "base": "http://elsewhere.example"}]},
        {"foreign": [{**FOREIGN, "how": "fax"}]},
        {"foreign": [{**FOREIGN, "id": "Å"}]},
        {"foreign": [FOREIGN, FOREIGN]},
        {"foreign": [{**FOREIGN, "how": "xca"}]},
        {"foreign": [{**FOREIGN, "more": 1}]},
        {"asking": {"saml": "http://elsewhere.example"}},
    ],
    ids=str,
)
def test_what_is_wrong_is_told(told: dict[str, Any]) -> None:
    with pytest.raises(Problem) as wrong:
        declared(told, NODE)
    assert wrong.value.id == "AKS-DOC-040" and wrong.value.why


def test_a_file_that_is_wrong_opens_nothing_and_closes_nothing(tmp_path: Path) -> None:
    read = settings.load(environ={}, options={"data": str(tmp_path)})
    (tmp_path / "documents.toml").write_text("[", "utf-8")
    with pytest.raises(Problem) as wrong:
        documents.load(read)
    assert wrong.value.id == "AKS-DOC-041"
    assert documents.standing(read).foreign == ()


def test_an_issuer_without_its_certificate_is_not_believed(tmp_path: Path) -> None:
    told = declared({"saml": [SAML]}, NODE)
    assert trusted_in(tmp_path, told) == {}
    (tmp_path / "saml.pem").write_text("no certificate", "utf-8")
    assert trusted_in(tmp_path, told) == {}


def _document(**more: Any) -> Any:
    at = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
    person = Person("astrid", "12844290185", "2.16.578.1.12.4.1.4.1")
    return made.note(
        Version(note("n1", "Spiser godt.", **more), 2, at), COMMUNITY, person, Author("Ida Nilsen")
    )


def test_a_document_has_all_that_his_1169_requires_and_is_the_same_each_time() -> None:
    document = _document()
    assert missing(document.entry) == () and document == _document()
    assert document.content.decode() == "Journalnotat\n\n24.11.2026 kl. 14.05\n\nSpiser godt.\n"
    assert missing(replace(document.entry, hash="", person=Person("x", "", ""))) == ("hash", "person")
    assert _document(status="in-progress") is None


def test_ids_of_ours_are_taken_apart_and_others_are_not() -> None:
    ours = made.named(COMMUNITY, _document().entry.unique_id)
    assert ours is not None and (ours.kind, ours.mark, ours.id, ours.type) == (
        "note",
        "2",
        "n1",
        "ClinicalImpression",
    )
    for other in (
        "",
        "x",
        "1.2.3^note-2-n1",
        f"{COMMUNITY.repository}^note-ab-n1",
        f"{COMMUNITY.repository}^file-1-x",
    ):
        assert made.named(COMMUNITY, other) is None, other


def test_a_time_that_is_not_known_hides_nothing() -> None:
    entry = _document().entry
    assert Wanted(started=Period(since=entry.created)).holds(entry)
    assert not Wanted(created=Period(before=entry.created)).holds(entry)
    assert Wanted(author="ida").holds(entry) and not Wanted(author="omar").holds(entry)


def test_a_document_that_names_another_person_is_never_shown_as_hers() -> None:
    """A source that mixes two people up: what it says of the other is left out, and that there was more is told."""
    from dataclasses import replace
    from datetime import UTC, datetime

    from akson.sharing.documents import codes
    from akson.sharing.documents.declared import Foreign
    from akson.sharing.documents.entry import Author, Entry, Person
    from akson.sharing.documents.foreign.asking import about
    from akson.sharing.documents.foreign.values import ForeignPart
    from akson.sharing.values import Outcome

    fnr, d_number = codes.NATIONAL_IDS[:2]
    her = Person("astrid", "13816099990", fnr)
    hers = Entry(
        unique_id="1.2.3",
        title="Epikrise",
        class_code=codes.SUMMARIES,
        type_code=codes.DISCHARGE,
        format_code=codes.format_of("text/plain"),
        confidentiality=(codes.NORMAL,),
        author=Author(),
        created=datetime(2026, 11, 1, tzinfo=UTC),
        media_type="text/plain",
        size=1,
        hash="",
        person=Person("", her.number, fnr),
        home="1.2",
        repository="1.2.1",
        facility=codes.Coded("86.901", codes.FACILITIES),
        practice=None,
    )
    his = replace(hers, unique_id="1.2.4", person=Person("", "01857090027", fnr))
    local = replace(hers, unique_id="1.2.5", person=Person("", "4711", ""))
    other_series = replace(hers, unique_id="1.2.6", person=Person("", "53816099990", d_number))
    foreign = Foreign("sorvest", "Sørvest", "mhd", "https://sorvest.example", "1.2")
    part = about(her, ForeignPart(foreign, Outcome.ANSWERED, (hers, his, local, other_series)))
    assert part.entries == (hers, local, other_series) and part.more
    assert not about(her, ForeignPart(foreign, Outcome.ANSWERED, (hers,))).more
