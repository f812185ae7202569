"""What to do when a type cannot be sent, and which types want an answer: a table for people to read and change.

Sources: HIS 80704:2014 (use of the messages), HIS 1077:2017 and HIS 1151 (dialogue). Words in bokmål stand on the screen.
"""

from dataclasses import dataclass

PHONE, LETTER, TYPE = "phone", "letter", "type"


@dataclass(frozen=True, slots=True)
class Instead:
    kind: str
    """PHONE, LETTER or TYPE."""
    words: str
    type: str = ""
    """Code in 8279 when `kind` is TYPE."""


_CLINICAL = "Send opplysningene som helsefaglig dialog."
_REQUEST = "Send opplysningene som forespørsel."

STANDS_IN: dict[str, tuple[tuple[str, str], ...]] = {
    "DIALOG_AVVIK": (
        ("DIALOG_HELSEFAGLIG", "Meld feilen som helsefaglig dialog."),
        ("DIALOG_FORESPORSEL", "Meld feilen som forespørsel."),
    ),
    "DIALOG_FORESPORSEL": (("DIALOG_HELSEFAGLIG", "Still spørsmålet som helsefaglig dialog."),),
    "DIALOG_HELSEFAGLIG": (("DIALOG_FORESPORSEL", "Skriv henvendelsen som forespørsel."),),
    "DIALOG_NOTAT": (("DIALOG_HELSEFAGLIG", _CLINICAL),),
    "DIALOG_SVAR": (
        ("DIALOG_HELSEFAGLIG", "Svar som helsefaglig dialog."),
        ("DIALOG_NOTAT", "Svar som notat."),
    ),
    "HELSEOPPLYSNINGER_LEGE": (("DIALOG_HELSEFAGLIG", _CLINICAL), ("DIALOG_FORESPORSEL", _REQUEST)),
    "HELSEOPPL_SOKNAD": (
        ("INNLEGGELSESRAPPORT", "Send innleggelsesrapport."),
        ("DIALOG_HELSEFAGLIG", _CLINICAL),
    ),
    "INNLEGGELSESRAPPORT": (("DIALOG_HELSEFAGLIG", _CLINICAL),),
    "MEDISINSKE_OPPLYSNINGER": (("DIALOG_HELSEFAGLIG", _CLINICAL), ("DIALOG_FORESPORSEL", _REQUEST)),
    "ORIENTERING_TJENESTETILBUD": (("DIALOG_HELSEFAGLIG", _CLINICAL),),
    "UTSKRIVNINGSRAPPORT": (("DIALOG_HELSEFAGLIG", _CLINICAL),),
}
"""Type -> what may stand in for it, best first."""

SAME_DAY = frozenset(
    {
        "DIALOG_NOTAT",
        "INNLEGGELSESRAPPORT",
        "LOG_AVMELDING",
        "LOG_DOD",
        "LOG_INNLAGT",
        "LOG_UTSKREVET",
        "LOG_UTSKRIVNINGSKLAR",
    }
)
"""What somebody waits for today: a letter alone would come too late."""

WANTS: dict[str, tuple[str, ...]] = {
    "DIALOG_FORESPORSEL": ("DIALOG_SVAR", "DIALOG_HELSEFAGLIG"),
    "DIALOG_HELSEFAGLIG": ("DIALOG_HELSEFAGLIG",),
}
"""Type -> what its answer may be."""

_PHONE = Instead(PHONE, "Ring mottakeren, og skriv i journalen hva som ble sagt.")
_LETTER = Instead(LETTER, "Send brev. Brevet er ikke framme i dag.")
ASK = Instead(PHONE, "Ring og spør om mottakeren tar imot. Sender du likevel, så følg med på kvitteringen.")
FIND = Instead(PHONE, "Finn riktig tjeneste i virksomheten i adresseboken, eller ring sentralbordet.")


def by_hand(type: str) -> tuple[Instead, ...]:
    """Without any message: the phone first for what is waited for today."""
    return (_PHONE, _LETTER) if type in SAME_DAY else (_LETTER, _PHONE)
