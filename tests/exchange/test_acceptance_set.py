"""KITH's acceptance set, all of it: each file gets its outcome (akson.exchange.acceptance), and its receipts their form."""

from pathlib import Path

import pytest

from akson.exchange.acceptance import NO_COPY, cases, judged, told
from akson.exchange.envelope.apprec import version_for
from akson.exchange.judgement import Addressed, judge, must_have_record
from akson.exchange.opening import open_message


def set_of(shared: Path) -> Path:
    return shared / "norwegian-messages" / "akseptansetest-mottak"


@pytest.mark.shared
def test_every_file_gets_its_outcome(shared: Path) -> None:
    folder = set_of(shared)
    found = [case for case in cases(folder) if (folder / case.path).is_file()]
    assert len(found) == 171
    wrong = []
    for case in found:
        content = (folder / case.path).read_bytes()
        if (codes := told(content)) != case.codes:
            wrong.append((case.path, codes, case.codes))
        whole = not open_message(content).faults and "T01" not in (codes or ())
        assert (case.schema == "gyldig") == whole, case.path
    assert not wrong, wrong


@pytest.mark.shared
def test_one_receipt_for_each_receiver_with_its_role(shared: Path) -> None:
    folder = set_of(shared)
    for case in cases(folder):
        copies = ("Role COP" in case.said or "per mottaker" in case.said) and not any(
            part in case.path for part in NO_COPY
        )
        if copies:
            roles = [a.receiver.role for a in judged(open_message((folder / case.path).read_bytes())).answers]
            assert roles == ["PRIM", "COP"], case.path


@pytest.mark.shared
def test_an_unknown_service_of_a_known_house_is_the_municipalitys_choice(shared: Path) -> None:
    folder = set_of(shared)
    paths = [case.path for case in cases(folder) if "E21" in case.said]
    assert len(paths) == 5
    for path in paths:
        opened = open_message((folder / path).read_bytes())
        assert opened.envelope is not None
        first = [Addressed(opened.envelope.receivers[0], None, True, "the house")]
        assert judge(opened, first).codes == ("E21",)
        assert judge(opened, first, refuse_unknown_service=False).places == ("the house",)


@pytest.mark.shared
def test_plo_1_5_and_its_like_are_answered_in_apprec_1_0(shared: Path) -> None:
    folder = set_of(shared)
    for case in cases(folder):
        opened = open_message((folder / case.path).read_bytes())
        if opened.envelope is not None and opened.envelope.documents:
            assert version_for(opened.envelope).number == "1.0", case.path
            assert opened.version is None or opened.apprec == "1.0", case.path
            assert not must_have_record(opened.envelope.type.v)
