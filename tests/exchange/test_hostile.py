"""XML made to harm: each is answered quickly, and none is believed."""

import time

import pytest

from akson.exchange.judgement import faults_of
from akson.exchange.opening import open_message
from tests.exchange.samples import admission, bent

LIMIT_S = 2.0
"""Of this process's own work, so that a busy machine decides nothing."""
DOCTYPE = '<!DOCTYPE MsgHead [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE MsgHead [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
ROOT = "<MsgHead "


def into_head(what: str) -> bytes:
    return bent(admission(), ("</MsgInfo>", f"{what}</MsgInfo>"))


ATTACKS = {
    "entities": lambda: bent(admission(), (ROOT, DOCTYPE + ROOT), ("Astrid", "&b;")),
    "external entity": lambda: bent(admission(), (ROOT, EXTERNAL + ROOT), ("Astrid", "&x;")),
    "doctype after a comment": lambda: bent(admission(), (ROOT, f"<!-- x --><?y z?>{DOCTYPE}{ROOT}")),
    "nested": lambda: into_head("<a>" * 50_000 + "</a>" * 50_000),
    "never closed": lambda: into_head("<a>" * 150_000),
    "many attributes": lambda: into_head("<a " + " ".join(f'b{n}="1"' for n in range(100_000)) + "/>"),
    "long attribute": lambda: into_head('<a b="' + "x" * 9_000_000 + '"/>'),
    "long attribute, larger still": lambda: into_head('<a b="' + "x" * 20_000_000 + '"/>'),
    "long text": lambda: bent(admission(), ("Astrid", "A" * 12_000_000)),
    "many elements": lambda: into_head("<a/>" * 250_000),
    "many comments": lambda: into_head("<!--a-->" * 180_000),
    "unclosed comment": lambda: bent(admission(), (ROOT, "<!--" * 100_000 + ROOT)),
    "oid that takes a pattern long": lambda: bent(
        admission(), ("2.16.578.1.12.4.1.1.9051", "1." * 50_000 + "x")
    ),
    "many namespaces": lambda: into_head(
        "<a " + " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(20_000)) + "/>"
    ),
    "deep organisations": lambda: bent(
        admission(), ("</Sender>", "<Organisation>" * 90 + "</Organisation>" * 90 + "</Sender>")
    ),
    "too large": lambda: admission() + b" " * 40_000_000,
    "zeroes": lambda: b"\0" * 1_000_000,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_refused_at_once(attack: str) -> None:
    content = ATTACKS[attack]()
    began = time.process_time()
    opened = open_message(content)
    errors = faults_of(opened)
    took = time.process_time() - began
    assert errors or attack in ("long text", "many comments"), attack
    assert took < LIMIT_S, f"{attack} took {took:.1f} s"
    assert not (opened.envelope and opened.envelope.patient and "root:" in opened.envelope.patient.name)
