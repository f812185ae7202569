"""Names and kinds of what is sent beside a message, as browsers and their users give them."""

import pytest

from akson.exchange.building.files import FILES_MAX, Enclosed, enclosed, faults, safe_name

NAMES = {
    "Sårbilde.jpg": "Sårbilde.jpg",
    "../../etc/passwd": "passwd",
    "C:\\Users\\ida\\sår.png": "sår.png",
    "  to   linjer\r\nX-Header: 1.pdf ": "to linjerX-Header_ 1.pdf",
    "faktura\u202efdp.exe": "fakturafdp.exe",
    "null\0byte.pdf": "nullbyte.pdf",
    '<b>"a"|?*.png': "_b__a____.png",
    "...": "Vedlegg",
    "": "Vedlegg",
    "x" * 300 + ".pdf": "x" * 76 + ".pdf",
    "y" * 300: "y" * 80,
    "Æøå čđŋ šŧž.pdf": "Æøå čđŋ šŧž.pdf",
}


@pytest.mark.parametrize(("given", "kept"), NAMES.items(), ids=range(len(NAMES)))
def test_a_name_is_one_line_without_a_path(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_a_browsers_other_names_for_a_type_are_known() -> None:
    assert not list(faults([enclosed("a.jpg", "image/jpg; x=1", b"\xff\xd8\xff\xe0")]))


def test_all_of_them_together_have_a_limit() -> None:
    file = Enclosed("a.pdf", "application/pdf", b"%PDF-" + b"0" * 3_000_000)
    assert not list(faults([file, file]))
    assert [*faults([file] * 3)] == ["Vedleggene er til sammen større enn 8 MB."]
    small = Enclosed("a.pdf", "application/pdf", b"%PDF-")
    assert [*faults([small] * (FILES_MAX + 1))] == ["Det er 6 vedlegg. Det kan være 5."]
