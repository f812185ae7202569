"""What is odd about a message and never a reason to refuse it: told beside the receipt, to people of this house.

A code outside its list must not be refused (HIS 80415:2012, 3.3.2), but somebody should know. Texts name paths and list
numbers, never what stands there: a remark may be printed.

| code           | what                                                              | source            |
| -------------- | ----------------------------------------------------------------- | ----------------- |
| `code-unknown` | a value that the national list does not have                      | HIS 80415, 3.3.2  |
| `list-unknown` | a code system that is not the one of this element                 | the same          |
| `not-production` | ProcessingStatus is training or debugging                       | 8113              |
| `test`         | Status of a letter says that it is for testing                    | 8323              |
| `no-reference` | a cancellation or change that does not say of what                | HITS 1154         |
| `number-wrong` | a national number without valid control digits, beside enough else | HIS 80415, 3.3.4 |
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from akson.exchange.envelope.msghead_format import MESSAGE_INFO
from akson.exchange.envelope.values import Envelope, coded
from akson.exchange.identity_numbers import D_NUMBER, NATIONAL_ID, has_control_digits
from akson.exchange.message_type import CANCELLED, CHANGED
from akson.exchange.opening import Opened
from akson.exchange.schema import Coded, Element, Structure, Values

Knows: TypeAlias = Callable[[str, str], bool | None]
"""(system, code) -> whether the list has it; None when the list is not known whole."""

NOT_PRODUCTION = ("T", "D")
"""8113: training, debugging. Whatever else is said there, or nothing, is production."""
TEST = "TEST"
LISTS = "2.16.578.1.12.4.1.1."
REMARKS_MAX = 20


@dataclass(frozen=True, slots=True)
class Remark:
    code: str
    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.path}: {self.words}" if self.path else self.words


def remarks_of(opened: Opened, knows: Knows) -> tuple[Remark, ...]:
    """Of whatever could be read, in the message's order."""
    if opened.envelope is None:
        return ()
    return tuple(_all(opened, opened.envelope, knows))[:REMARKS_MAX]


def is_production(envelope: Envelope) -> bool:
    return coded(envelope.values.get("ProcessingStatus")).v not in NOT_PRODUCTION


def is_test(envelope: Envelope) -> bool:
    """Whether a letter says that it is for testing (8323)."""
    return coded(envelope.values.get("Status")).v == TEST


def coded_values(
    structure: Structure, values: Values, path: str = ""
) -> Iterator[tuple[str, Element, Coded]]:
    """Every CS and CV that is there, with its path and its declaration."""
    path = path or structure.name
    for element in structure.elements():
        value = values.get(element.name)
        if value is None:
            continue
        for number, one in enumerate(value if element.repeats else (value,)):
            place = f"{path}/{element.name}[{number}]" if element.repeats else f"{path}/{element.name}"
            if nested := structure.nested(element):
                yield from coded_values(nested, one, place)
            elif isinstance(one, Coded):
                yield place, element, one


def _all(opened: Opened, envelope: Envelope, knows: Knows) -> Iterator[Remark]:
    if not is_production(envelope):
        words = "Meldingen er merket som opplæring eller feilsøking, og er ikke tatt inn i journalen."
        yield Remark("not-production", "MsgInfo/ProcessingStatus", words)
    if is_test(envelope):
        yield Remark("test", "Message/Status", "Meldingen er merket som testmelding.")
    yield from _reference(opened, envelope)
    yield from _numbers(envelope)
    yield from _codes(MESSAGE_INFO, envelope.values, knows)
    if opened.version is not None:
        yield from _codes(opened.version.structure, opened.content, knows)


def _reference(opened: Opened, envelope: Envelope) -> Iterator[Remark]:
    if opened.type is None or opened.faults or opened.problem or envelope.parent:
        return
    if opened.type.status(opened.type.parse(opened.content)) in (CANCELLED, CHANGED):
        words = "Meldingen endrer eller kansellerer en annen, men sier ikke hvilken."
        yield Remark("no-reference", "MsgInfo/ConversationRef", words)


def _numbers(envelope: Envelope) -> Iterator[Remark]:
    for ident in envelope.patient.idents if envelope.patient else ():
        digits = ident.plain
        right = len(digits) == 11 and digits.isdecimal() and digits.isascii() and has_control_digits(digits)
        if ident.type in (NATIONAL_ID, D_NUMBER) and not right:
            yield Remark("number-wrong", "MsgInfo/Patient/Ident", f"{ident.type} er ikke et gyldig nummer.")


def _codes(structure: Structure, values: Values, knows: Knows) -> Iterator[Remark]:
    for path, element, value in coded_values(structure, values):
        if not element.codes or not value.v:
            continue
        expected = f"{LISTS}{element.codes}"
        if value.s and value.s != expected:
            # Some elements may be coded in several lists; only one that nobody publishes is told.
            if not value.s.startswith(LISTS):
                yield Remark(
                    "list-unknown", f"{path}/@S", f"Kodeverket er ikke {element.codes}, og er ikke kjent."
                )
        elif knows(f"urn:oid:{expected}", value.v) is False:
            yield Remark("code-unknown", f"{path}/@V", f"Koden finnes ikke i kodeverk {element.codes}.")
