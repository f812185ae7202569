"""The forms a message may come in, told apart by their root element: one list.

| form        | root      | its header                                         |
| ----------- | --------- | -------------------------------------------------- |
| MsgHead 1.2 | `MsgHead` | an element of its own, beside the content          |
| letters     | `Message` | the content itself (letters.py)                    |

A form whose header and content are one document (root `Message` of older letters) reads its Envelope out of the content and
leaves `Envelope.head` empty: `documents` is the root itself, and to write the content is to write the whole message.
"""

from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from akson.exchange.envelope import msghead
from akson.exchange.envelope.letters import LetterForm
from akson.exchange.envelope.values import Envelope
from akson.fhir.problem import Problem, ProblemKind


class Form(Protocol):
    @property
    def name(self) -> str:
        """For people: `MsgHead 1.2`."""
        ...

    def recognises(self, root: etree._Element) -> bool:
        """Whether a document with this root is of this form."""
        ...

    def read(self, root: etree._Element) -> Envelope:
        """All that can be read, with every fault. Never raises for what stands there. `type.v` is a code of 8279."""
        ...


@dataclass(frozen=True, slots=True)
class MsgHeadForm:
    name: str = "MsgHead 1.2"

    def recognises(self, root: etree._Element) -> bool:
        return msghead.is_header(root)

    def read(self, root: etree._Element) -> Envelope:
        return msghead.read_envelope(root)


FORMS: tuple[Form, ...] = (MsgHeadForm(), LetterForm())


def form_of(root: etree._Element) -> Form | None:
    return next((form for form in FORMS if form.recognises(root)), None)


def read_any(root: etree._Element) -> Envelope:
    """Raises UNSUPPORTED AKS-EXCHANGE-001 for a root element that no form has."""
    form = form_of(root)
    if form is None:
        raise Problem(
            ProblemKind.UNSUPPORTED,
            "AKS-EXCHANGE-001",
            "The document is no message of a form that is taken here.",
            why="Its root element is another.",
            now=f"Send messages as {', '.join(form.name for form in FORMS)}.",
        )
    return form.read(root)
