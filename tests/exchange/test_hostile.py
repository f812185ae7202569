"""XML made to harm: each is answered quickly, and none is believed."""

import time
from statistics import median

import pytest
from lxml import etree

from akson.exchange.judgement import faults_of
from akson.exchange.opening import open_message
from tests.exchange.samples import admission, bent

LIMIT = 100
"""Times what the parser alone takes for a quarter of a million elements, at the same moment in the same thread: 25 when it
was written, and thousands for work that grows with the square."""
MANY = 250_000
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
    "many elements": lambda: into_head("<a/>" * MANY),
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


def plain_s() -> float:
    """To parse and walk as many elements, and nothing else."""
    content = b"<r>" + b"<a/>" * MANY + b"</r>"

    def once() -> float:
        began = time.thread_time()
        assert sum(1 for _ in etree.fromstring(content).iter()) == MANY + 1
        return time.thread_time() - began

    return median(once() for _ in range(3))


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_refused_at_once(attack: str) -> None:
    content = ATTACKS[attack]()
    plain = plain_s()
    began = time.thread_time()
    opened = open_message(content)
    errors = faults_of(opened)
    took = time.thread_time() - began
    assert errors or attack in ("long text", "many comments"), attack
    assert took < LIMIT * plain, f"{attack} took {took / plain:.0f} times the parser"
    assert not (opened.envelope and opened.envelope.patient and "root:" in opened.envelope.patient.name)
