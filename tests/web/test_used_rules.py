"""The components' stylesheet cut to what the templates use: what goes can meet nothing, what is not understood stays."""

import re
from pathlib import Path

import pytest

from akson.web.shell.static_files import COMPONENTS, FOLDER, WEB, Statics
from akson.web.shell.used_rules import cut, used_in

SHEET = (FOLDER / COMPONENTS).read_bytes()
CLASSES = frozenset(re.findall(r"\.(ds-[a-z0-9]+(?:-[a-z0-9]+)*)", SHEET.decode()))
USED = used_in(WEB)


@pytest.mark.parametrize(
    ("given", "left"),
    [
        (".ds-a{x:1}.ds-b{x:2}", ".ds-a{x:1}"),
        (".ds-a,.ds-b{x:1}", ".ds-a,.ds-b{x:1}"),
        (".ds-a .ds-b{x:1}", ""),
        (".ds-a:not(.ds-b){x:1}", ".ds-a:not(.ds-b){x:1}"),
        (":is(.ds-b,.ds-c) p{x:1}", ""),
        (":is(.ds-a,.ds-b) p{x:1}", ":is(.ds-a,.ds-b) p{x:1}"),
        ("@layer one, two;@media (print){.ds-b{x:1}}", "@layer one, two;"),
        ("@layer one{.ds-b{x:1}.ds-a{y:2}}", "@layer one{.ds-a{y:2}}"),
        ('.ds-b{content:"}"}.ds-a{content:"{;"}', '.ds-a{content:"{;"}'),
        (":root{--ds-b:1}@keyframes ds-b{from{x:1}}", ":root{--ds-b:1}@keyframes ds-b{from{x:1}}"),
        (".ds-b{.ds-a{x:1}}.ds-a{&:hover{x:1}.ds-b{y:2}}", ".ds-a{&:hover{x:1}.ds-b{y:2}}"),
        (".ds-a--x{x:1}.ds-ab{x:1}", ".ds-a--x{x:1}"),
    ],
)
def test_a_rule_goes_when_nothing_can_meet_it(given: str, left: str) -> None:
    assert cut(given.encode(), frozenset({"ds-a"})).decode() == left


def test_with_every_class_in_use_the_sheet_is_as_it_was() -> None:
    assert cut(SHEET, CLASSES) == SHEET


def test_what_is_served_has_every_rule_of_what_is_used_and_a_third_of_the_size() -> None:
    served = Statics()._by_path[COMPONENTS]
    assert {"ds-button", "ds-input", "ds-table", "ds-tag"} <= USED & CLASSES
    assert len(served.body) < len(SHEET) / 3
    for name in USED & CLASSES:
        alone = re.compile(rf"(?<=[}}{{])\.{name}(?![a-z0-9-])[^{{}},]*\{{".encode())
        assert alone.findall(served.body) == alone.findall(SHEET), name


def test_no_class_of_a_component_is_written_where_it_is_not_looked_for() -> None:
    hidden = [
        path.name
        for path in sorted(Path(WEB).rglob("*.py"))
        if path.name != "used_rules.py" and re.search(r"\bds-[a-z]", path.read_text("utf-8"))
    ]
    assert not hidden, "name it in the template"
