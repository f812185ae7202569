"""What of a message is about the shipment and its senders, and what about the patient: readers see the second first. Pure.

    Parted(clinical=(Line(0, "Innlagt pasient"), …), administrative=(Line(0, "Forsendelsen, status", "Ny"), …))

Both together are every line of `rendering.fields`, none twice but a heading that stands over parts of both. What is about
the patient keeps its order, but next of kin and the like come after what the message is for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from akson.exchange.rendering import Line, fields
from akson.exchange.schema import Structure, Values

SHIPMENT = frozenset(
    {
        # Care messages 1.6 and referral 2.0.
        "InformasjonOmForsendelsen", "TilknyttetEnhet", "KontaktpersonHelsepersonell", "AnsvarForRapport", "SendtDokument",
        # The header that older letters carry within themselves.
        "Type", "MsgVersion", "MIGversion", "GenDate", "MsgId",
        # Letters, referrals and results: dates, ids and houses. Their status is said first: a letter may be preliminary.
        "ServType", "IssueDate", "ApprDate", "Ack", "MsgDescr", "ServProvId", "ServProvider", "CopyDest", "Requester",
        "RelServProvider", "RelServProv", "PaymentCat", "PaymentResponsible", "Id", "DocumentId",
        # Dialogue messages.
        "DokIdNotat", "DokIdForesp", "RollerRelatertNotat",
    }
)  # fmt: skip
"""Names of elements, at the first level or in an ENVELOPE."""
AROUND = ("TilleggsopplysningPasient", "ParorendeForesatt", "PasientrelatertKontaktperson")
"""About the patient, and not what the message is sent for."""
ENVELOPES = frozenset({"ServRprt", "ServReq", "ServReport", "Notat", "Foresporsel"})
"""Elements that hold the whole of the content beside the shipment's own fields."""


@dataclass(frozen=True, slots=True)
class Parted:
    clinical: tuple[Line, ...]
    administrative: tuple[Line, ...]


def parted(structure: Structure, content: Values) -> Parted:
    """Raises what `rendering.fields` raises for content that its structure does not allow."""
    ordered = sorted(content, key=lambda name: name in AROUND)
    clinical: list[Line] = []
    administrative: list[Line] = []
    for name in ordered:
        one = {name: content[name]}
        if name in SHIPMENT:
            administrative += fields(structure, one)
        elif name in ENVELOPES and not isinstance(content[name], tuple):
            about, beside = _opened(structure, one)
            clinical += about
            administrative += beside
        else:
            clinical += fields(structure, one)
    return Parted(tuple(clinical), tuple(administrative))


def _opened(structure: Structure, one: Mapping[str, Any]) -> tuple[list[Line], list[Line]]:
    """The lines of an envelope, each under its heading on the side it belongs to."""
    whole = list(fields(structure, one))
    [(name, values)] = one.items()
    element = next(e for e in structure.elements() if e.name == name)
    nested = structure.nested(element)
    if nested is None or not whole or whole[0].said:
        # A single value, told in one line without a heading.
        return whole, []
    sides = (_inner(nested, values, apart=False), _inner(nested, values, apart=True))
    about, beside = ([whole[0], *lines] if lines else [] for lines in map(list, sides))
    # What is told otherwise when it stands alone is not parted.
    return (about, beside) if len(about) + len(beside) in (len(whole), len(whole) + 1) else (whole, [])


def _inner(structure: Structure, values: Values, *, apart: bool) -> Iterator[Line]:
    for name, value in values.items():
        if (name in SHIPMENT) is apart:
            yield from fields(structure, {name: value}, 1)
