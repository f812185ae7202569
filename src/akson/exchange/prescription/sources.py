"""Which messages tell what a patient uses, and whose list it is then.

| message | kind of source | read by |
| --- | --- | --- |
| discharge letter | hospital | letters.py |
| health information, discharge report | hospital | simplified.py |
| medical information, extract of a record | gp | simplified.py |
| admission report, information to doctor | other (another municipality) | simplified.py |
| M25.1 | pll | use_lists.py |
| M25.2, M25.3 | pharmacy | use_lists.py |
| M9.12 | each list in it by its own kind | use_lists.py |

A care message without a line about medicines tells no list: that is no word about what she uses.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from akson.care.medication.lines import SourceKind
from akson.care.medication.sources import TITLES
from akson.exchange.components.prescription.use_list import PACKED_LIST, PHARMACY_LIST, SHARED_LIST
from akson.exchange.message_type import CareMessage
from akson.exchange.prescription import letters, simplified, use_lists
from akson.exchange.prescription.used import Told
from akson.exchange.schema import Structure, Values
from akson.exchange.schema.enclosed import enclosed

LETTER, ANSWER = "EPIKRISE", "ERM912"
USE_LISTS = {
    "ERM251": (SHARED_LIST, SourceKind.PLL),
    "ERM252": (PHARMACY_LIST, SourceKind.PHARMACY),
    "ERM253": (PACKED_LIST, SourceKind.PHARMACY),
}
KINDS = {
    LETTER: SourceKind.HOSPITAL,
    "HELSEOPPL_SOKNAD": SourceKind.HOSPITAL,
    "UTSKRIVNINGSRAPPORT": SourceKind.HOSPITAL,
    "MEDISINSKE_OPPLYSNINGER": SourceKind.GP,
    "EPJ-EKSTRAKT": SourceKind.GP,
    "INNLEGGELSESRAPPORT": SourceKind.OTHER,
    "HELSEOPPLYSNINGER_LEGE": SourceKind.OTHER,
    ANSWER: SourceKind.PLL,
    **{code: kind for code, (_, kind) in USE_LISTS.items()},
}


@dataclass(frozen=True, slots=True)
class ToldList:
    kind: SourceKind
    title: str
    told: Told


def lists_in(message: CareMessage) -> tuple[ToldList, ...]:
    """The lists of medicines that a message tells; most messages tell none."""
    code = message.type.code
    if code == ANSWER:
        return tuple(downloaded(message.content))
    if code in USE_LISTS:
        return (use_list(USE_LISTS[code][0], message.content),)
    if code not in KINDS:
        return ()
    structure, content = message.version.structure, message.content
    medicines = (letters if code == LETTER else simplified).used_in(structure, content)
    told = Told(tuple(medicines))
    title = f"{message.type.title} fra {message.envelope.sender.name}".strip()
    return (ToldList(KINDS[code], title, told),) if told.medicines else ()


def downloaded(answer: Values) -> Iterator[ToldList]:
    """The lists in M9.12, of either version."""
    wanted = tuple(structure for structure, _ in USE_LISTS.values())
    for patient in answer.values():
        for text in patient.get("VarerIBrukB64", ()):
            if found := enclosed(text, wanted):
                yield use_list(*found)


def use_list(structure: Structure, content: Values) -> ToldList:
    kind = next(kind for known, kind in USE_LISTS.values() if known.namespace == structure.namespace)
    told = use_lists.told(content, roll=structure.namespace == PHARMACY_LIST.namespace)
    return ToldList(kind, TITLES[kind], told)
