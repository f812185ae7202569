"""What a reader of a message is shown: the page, what it lacks, what is new in it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from lxml import etree

from akson.exchange.changes import changes
from akson.exchange.code_texts import words_of
from akson.exchange.messages import BY_CODE
from akson.exchange.opening import open_message
from akson.exchange.page import page
from akson.exchange.profile import DEMANDS, missing_content
from akson.exchange.schema import Coded, Element
from tests.exchange.samples import admission, bent, without
from tests.exchange.test_message_types import XHTML
from tests.exchange.test_official_examples import said, shown_as, taken

CODED = Element("x", "CV")


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read_page(html: str) -> tuple[str, set[str]]:
    parser = Words()
    parser.feed(html)
    return " ".join(" ".join(parser.words).split()), parser.tags


@pytest.mark.shared
def test_every_word_of_every_official_message_stands_on_its_page(
    shared: Path, official_schema: etree.XMLSchema
) -> None:
    for name, content in taken(shared, official_schema):
        words, _ = read_page(page(open_message(content).message()))
        assert not [t for t in said(content) if shown_as(t) not in words and t not in words], name


def test_markup_in_a_message_is_words_and_never_acts() -> None:
    hostile = bent(
        admission(),
        ("<BeskrivelseAvHendelse>", "<BeskrivelseAvHendelse>&lt;script&gt;alert(1)&lt;/script&gt; "),
    )
    html = page(open_message(hostile).message())
    words, tags = read_page(html)
    assert "<script>alert(1)</script>" in words and "script" not in tags
    assert not re.search(r"(src|href|on\w+)=", html)


def test_xhtml_is_read_as_words() -> None:
    from akson.exchange.schema import Formatted

    assert Formatted(XHTML).words.splitlines() == ["Hei & hå nå.", "Neste", "etter alert(1)"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Coded("1", "", "2.16.578.1.12.4.1.1.9121"), "Pasient innlagt (1)"),
        (Coded("1", "Innlagt", "2.16.578.1.12.4.1.1.9121", "akutt"), "Innlagt: akutt"),
        (Coded("S72.0", "Lårhalsbrudd", "2.16.578.1.12.4.1.1.7110"), "Lårhalsbrudd (S72.0)"),
        (Coded("77", "", "2.16.578.1.12.4.1.1.9121"), "77"),
        (Coded("AAI", "", "2.16.578.1.12.4.1.1.9142"), "Årsak til innleggelse (AAI)"),
    ],
)
def test_a_code_without_words_gets_those_of_its_list(value: Coded, words: str) -> None:
    assert words_of(value, CODED) == words


def test_a_message_that_says_all_lacks_nothing() -> None:
    assert missing_content(open_message(admission()).message()) == ()
    assert set(DEMANDS) <= set(BY_CODE)


def test_what_the_profile_demands_is_told_and_never_refused() -> None:
    for element, what in (("TeleCom", "Telefonnummer"), ("AnsvarForRapport", "")):
        found = missing_content(open_message(without(admission(), element)).message())
        assert [m.what.split()[0] for m in found] == ([what] if what else [])
    none = without(without(admission(), "AnsvarForRapport"), "TilknyttetEnhet")
    told = missing_content(open_message(none).message())
    assert [m.source for m in told] == ["HITS 1174, 5.1.2", "HITS 1174, 5.1.3"]
    other = bent(admission(), ('Hendelsekode V="1"', 'Hendelsekode V="3"'))
    assert [m.where for m in missing_content(open_message(other).message())] == [
        "MeldingInnlagtPasient/TidsfestetHendelse/Hendelsekode = 9121:1"
    ]
    html = page(open_message(none).message(), missing=told)
    assert "Mangler i meldingen" in html and "HITS 1174" in html


def test_what_is_new_in_an_update_is_shown_field_by_field() -> None:
    before = open_message(admission()).message()
    assert changes(before, before) == ()
    after = open_message(
        bent(
            without(admission(), "TeleCom"),
            ("<BeskrivelseAvHendelse>", "<BeskrivelseAvHendelse>Flyttet. "),
        )
    ).message()
    found = changes(before, after)
    assert any(c.after.startswith("Flyttet. ") and "før:" in c.words for c in found)
    assert "Endret siden forrige melding" in page(after, changes=found)
