"""Which receipt for what: a table of bad messages, and KITH's acceptance set with what the rules say of each file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from akson.exchange.identity_numbers import has_control_digits
from akson.exchange.inbox import receipts
from akson.exchange.judgement import Addressed, faults_of, judge, sufficient
from akson.exchange.opening import open_message
from tests.exchange.samples import NOW, admission, bent, copy_to, discharge, receipt, stay, without

Bend = Callable[[bytes], bytes]
FNR = f"<Ident><Id>{stay().national_id}</Id>"


def swap(*pairs: tuple[str, str]) -> Bend:
    return lambda message: bent(message, *pairs)


def drop(*elements: str) -> Bend:
    def bend(message: bytes) -> bytes:
        for element in elements:
            message = without(message, element)
        return message

    return bend


def patient_ident(type: str, id: str) -> Bend:
    return swap((FNR, f"<Ident><Id>{id}</Id>"), ('V="FNR"', f'V="{type}"'))


def numberless(message: bytes) -> bytes:
    head, _, tail = message.partition(b"<Patient>")
    return head + b"<Patient>" + without(tail, "Ident")


def both(first: Bend, second: Bend) -> Bend:
    return lambda message: second(first(message))


CASES: dict[str, tuple[Bend, set[str]]] = {
    "as it should be": (lambda m: m, set()),
    "not well-formed": (swap(("</Receiver>", "")), {"T01"}),
    "cut off": (lambda m: m[:1500], {"T01"}),
    "other encoding": (swap(("encoding='UTF-8'", "encoding='UTF-16'")), {"T01"}),
    "time of event missing": (drop("TidspunktForHendelse"), {"T02"}),
    "status missing": (drop("Forsendelsesstatus"), {"T02"}),
    "boolean is empty": (swap(("<Anslag>false", "<Anslag>")), {"T02"}),
    "unknown element": (swap(("</MsgInfo>", "<Ny/></MsgInfo>")), {"T02"}),
    "GenDate is no time": (swap(("<GenDate>2026-", "<GenDate>i går 2026-")), {"T02"}),
    "no content at all": (drop("Document"), {"T02"}),
    "empty content": (drop("p1:Pasientlogistikk"), {"T02"}),
    "unknown type": (swap(("LOG_INNLAGT", "SYKMELD")), {"T10"}),
    "content of version 1.5": (lambda m: m.replace(b"2012-04-01", b"2009-06-30"), set()),
    "content of version 1.4": (lambda m: m.replace(b"2012-04-01", b"2008-02-20"), {"T10"}),
    "content of another type": (swap(("LOG_INNLAGT", "LOG_UTSKREVET")), {"T02"}),
    "MsgId is no UUID": (swap(("00000000-0000-4000-8000-000000000001", "melding 1")), {"E10"}),
    "MsgId is empty": (swap(("00000000-0000-4000-8000-000000000001", "")), {"E10"}),
    "MsgId without hyphens": (swap(("00000000-0000-4000-8000-000000000001", "00000000000040008000000000000001")), {"E10"}),
    "MsgId in capitals": (swap(("00000000-0000-4000-8000-000000000001", "ABCDEF00-0000-4000-8000-000000000001")), set()),
    "no patient": (drop("Patient"), {"E36"}),
    "no name": (drop("FamilyName", "GivenName"), {"E36"}),
    "number missing, birth date and sex there": (numberless, set()),
    "number missing, birth date only": (both(numberless, drop("Sex")), {"E36"}),
    "sender without identifiers": (drop("Ident"), {"T02"}),
    "number wrong, birth date and sex there": (patient_ident("FNR", "12345678901"), set()),
    "number wrong, birth date only": (both(patient_ident("FNR", "12345678901"), drop("Sex")), {"E36"}),
    "number is words, sex only": (both(patient_ident("FNR", "ikke kjent"), drop("DateOfBirth")), {"E36"}),
    "sex not known": (both(patient_ident("FNR", "1"), swap(('<Sex V="2"', '<Sex V="9"'))), {"E36"}),
    "number alone": (drop("DateOfBirth", "Sex"), set()),
    "local help number alone": (both(patient_ident("HNR", "99126012345"), drop("DateOfBirth", "Sex")), {"E36"}),
    "common help number alone": (both(patient_ident("FHN", "81234567890"), drop("DateOfBirth", "Sex")), set()),
    "family name alone": (drop("GivenName"), set()),
    "invalid event code": (swap(('<Hendelsekode V="1"', '<Hendelsekode V="tull"')), set()),
    "invalid code system": (swap(("12.4.1.1.9121", "12.4.1.1.1")), set()),
    "no code": (drop("Hendelsekode"), set()),
    "unknown status": (swap(('Forsendelsesstatus V="N"', 'Forsendelsesstatus V="Q"')), set()),
    "sex unknown but number right": (swap(('<Sex V="2"', '<Sex V="7"')), set()),
    "two things wrong": (both(drop("Patient"), swap(("00000000-0000-4000-8000-000000000001", "1"))), {"E10", "E36"}),
    "date without time": (swap(('V="2026-11-24T08:10:00"', 'V="2026-11-24"')), set()),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_only_what_must_be_refused_is_refused(case: str) -> None:
    bend, codes = CASES[case]
    found = faults_of(open_message(bend(admission())))
    assert {error.code for error in found} == codes, found


@pytest.mark.parametrize("case", CASES)
def test_receipts_say_nothing_of_the_patient(case: str) -> None:
    for error in faults_of(open_message(CASES[case][0](admission()))):
        for secret in (stay().national_id, stay().family, stay().given, "fall i hjemmet"):
            assert secret not in error.more


@pytest.mark.shared
@pytest.mark.parametrize("case", CASES)
def test_every_receipt_is_valid_by_the_official_schema(case: str, official_schema: etree.XMLSchema) -> None:
    opened = open_message(CASES[case][0](admission()))
    receivers = opened.envelope.receivers if opened.envelope else ()
    verdict = judge(opened, [Addressed(r, "place", True) for r in receivers])
    made = receipts.build(
        opened.envelope, verdict.answers, seed=case, made=NOW, received=NOW, version="0.1.0"
    )
    if case == "other encoding":
        assert not made, "then the sender cannot be read either"
        return
    assert made, "the sender can be read in all the others"
    for one in made:
        assert official_schema.validate(etree.fromstring(one.content.encode())), (
            official_schema.error_log.last_error
        )
        read = receipt(one.content)
        assert read.status == ("2" if CASES[case][1] else "1")
        assert {e.v for e in read.errors} == CASES[case][1]
        assert read.receiver_her == "990202"


def test_one_answer_for_each_receiver_that_is_ours() -> None:
    opened = open_message(copy_to(admission(), "990001", "990003"))
    first, copy = opened.envelope.receivers if opened.envelope else ()
    verdict = judge(opened, [Addressed(first, "a", True), Addressed(copy, "b", True)])
    assert verdict.places == ("a", "b")
    assert [(a.receiver.role, a.errors) for a in verdict.answers] == [("PRIM", ()), ("COP", ())]
    verdict = judge(opened, [Addressed(first, None, False), Addressed(copy, "b", True)])
    assert [a.receiver.role for a in verdict.answers] == ["COP"], "for another house the other house answers"
    verdict = judge(opened, [Addressed(first, "a", True), Addressed(copy, None, True)])
    assert verdict.accepted and [[e.code for e in a.errors] for a in verdict.answers] == [[], ["E21"]]
    verdict = judge(opened, [Addressed(first, None, False), Addressed(copy, None, False)])
    assert not verdict.accepted and not verdict.answers, "what is for others gets no receipt from us"


def test_a_sender_that_cannot_be_read_gets_no_receipt() -> None:
    nameless = bent(admission(), ("<Id>990201</Id>", "<Id></Id>"), ("<Id>990202</Id>", "<Id></Id>"))
    opened = open_message(nameless)
    receivers = opened.envelope.receivers if opened.envelope else ()
    assert judge(opened, [Addressed(r, "a", True) for r in receivers]).answers == ()
    for nothing in (b"", b"hei", b"<a/>", b"<AppRec/>", b"\x00" * 100):
        assert judge(open_message(nothing), []).answers == ()


def test_the_receipt_mirrors_all_identifiers_and_names_the_message() -> None:
    opened = open_message(discharge())
    assert opened.envelope is not None
    verdict = judge(opened, [Addressed(opened.envelope.receivers[0], "a", True)])
    one, again = (
        receipts.build(opened.envelope, verdict.answers, seed="s", made=NOW, received=NOW, version="1")
        for _ in range(2)
    )
    assert one == again
    assert receipts.unpack(receipts.pack(receipts.Answered("accepted", one))).receipts == one
    read = receipt(one[0].content)
    assert (read.original_id, read.original_type) == (opened.envelope.msg_id, "LOG_UTSKREVET")
    assert (read.sender_her, read.receiver_her) == ("990002", "990202")


def test_control_digits() -> None:
    assert has_control_digits(stay().national_id)
    assert not has_control_digits(stay().national_id[:-1] + str((int(stay().national_id[-1]) + 1) % 10))
    assert not sufficient(None)


@pytest.mark.shared
def test_an_emergency_referral_is_taken_whoever_it_is_about(shared: Path) -> None:
    path = next((shared / "norwegian-messages").rglob("Viderehenvisning*Uten_rett*Ny.xml"))
    tree = etree.parse(str(path))
    for ident in tree.findall("{*}MsgInfo/{*}Patient/{*}Ident"):
        ident.getparent().remove(ident)
    for name in ("DateOfBirth", "Sex"):
        for node in tree.findall(f"{{*}}MsgInfo/{{*}}Patient/{{*}}{name}"):
            node.getparent().remove(node)
    priority = tree.find(".//{*}ReqServ/{*}Priority")
    assert priority is not None
    told = {}
    for code in ("N", "0"):
        priority.set("V", code)
        told[code] = [e.code for e in faults_of(open_message(etree.tostring(tree)))]
    assert told == {"N": ["E36"], "0": []}
