"""How urgent a message says it is, as the priority that FHIR has for it: "" when it says nothing, or nothing that hurries.

| where                                         | list | `urgent`         | `stat`                  |
| --------------------------------------------- | ---- | ---------------- | ----------------------- |
| request, on its own or in a care message      | 9067 | 3, within 24 h   | 1, immediate help       |
| referral                                      | 8306 | 3, urgent        | 0, immediate help       |
| header, RequestedPriority                     | 8115 | H, high          |                         |

The request that an answer quotes hurries nobody: only what the message itself asks counts. Spec:
https://hl7.org/fhir/R4/valueset-request-priority.html; lists of finnkode.helsedirektoratet.no.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from akson.exchange.message_type import CareMessage
from akson.exchange.schema import Coded

ROUTINE, URGENT, STAT = "routine", "urgent", "stat"
_REQUEST = {"3": URGENT, "1": STAT}
_REFERRAL = {"3": URGENT, "0": STAT}
_HEADER = {"H": URGENT}
_PLACES = (
    (("Foresporsel", "Hastegrad"), _REQUEST),
    (("InformasjonOmForsendelsen", "Foresporsel", "Hastegrad"), _REQUEST),
    (("ReqServ", "Priority"), _REFERRAL),
    (("ServReq", "ReqServ", "Priority"), _REFERRAL),
)
_RANK = ("", URGENT, STAT)


def priority(message: CareMessage) -> str:
    """`urgent`, `stat` or "": the gravest that is said."""
    said = [
        codes.get(value.v, "")
        for path, codes in _PLACES
        for value in _at(message.content, path)
        if isinstance(value, Coded)
    ]
    wanted = message.envelope.values.get("RequestedPriority")
    if isinstance(wanted, Coded):
        said.append(_HEADER.get(wanted.v, ""))
    return max(said, key=_RANK.index, default="")


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, tuple):
        for one in value:
            yield from _at(one, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:])
