"""Which messages must be worked one after the other: those that may bear upon each other, in the order they came. Pure.

| two messages                          | share                              |
| ------------------------------------- | ---------------------------------- |
| about the same person                 | `person|12854200281`               |
| of one conversation                   | `990202|4d9879ed-…`                |
| the same sender and MsgId: duplicates | the same                           |
| one answers, cancels or replaces the other | the same, by RefToParent      |
| what cannot be read                   | nothing                            |

A person without a national number is matched to nobody, so that nothing in the record is changed for her.
"""

from akson.exchange.identity_numbers import national_numbers
from akson.exchange.opening import Opened


def names(opened: Opened | None) -> frozenset[str]:
    """What it shares with every message that it must not be worked beside."""
    if opened is None or opened.envelope is None:
        return frozenset()
    envelope = opened.envelope
    ids = (envelope.msg_id, envelope.conversation, envelope.parent, envelope.own_id)
    found = {f"{envelope.sender.key}|{id.lower()}" for id in ids if id}
    if envelope.patient is not None:
        found |= {f"person|{ident.plain}" for ident in national_numbers(envelope.patient)}
    return frozenset(found)
