"""KITH's acceptance set: which receipt each file must get, by `forventning.csv` or by a correction that stands here.

    cases(folder) -> [Case("Testcase-Dialogmeldingen/Case1-14a.xml", said="", schema="gyldig"), …]
    judged(opened) -> Verdict       as in a house that knows every receiver but those the set calls unknown

The files are not ours and not in the product. The whole inbox is asked by `akson message receive`, which gives the same
outcomes on the same files.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from akson.exchange.judgement import Addressed, Verdict, judge
from akson.exchange.opening import Opened, open_message

EXPECTED = "forventning.csv"
OK: tuple[str, ...] = ()
NO_RECEIPT = None

CORRECTED: dict[str, tuple[tuple[str, ...] | None, str]] = {
    # The case of H-number and date of birth without sex is 16a again, which the same table gives E36 (HIS 80415:2012,
    # 3.3.4: date of birth counts together with sex). That a person must be able to link it by hand is a demand upon
    # screens (acceptance demand 17), and holds for what is taken in.
    "Case1-17a": (("E36",), "as 16a: no sex"),
    "/Case1-19-Pasientlogistikk": (
        ("E36",),
        "H-number alone, as 16b; one receipt for each receiver all the same",
    ),
    "/Case1-20a-Pasientlogistikk": (("E36",), "H-number alone, as 16b"),
    "/Case1-20b-Pasientlogistikk": (("E36",), "H-number alone, as 16b"),
}
"""Part of a path -> (codes, why the table says otherwise or nothing)."""
NO_COPY = (
    "ved_soknad-v1_5/Case1-19",
    "ved_soknad-v1_5/Case1-20",
    "Orientering_om_tjenestetilbud-v1_5/Case1-19",
)
"""Said to have a copy receiver; the files have no OtherReceiver (19, and 20a/20b are byte for byte the cancellation 21)."""
SILENT: dict[str, tuple[str, ...] | None] = {
    # Sets whose outcome the table leaves open: from the same rules, by what the comment in each file says was changed.
    "Dialogmeldingen/Case1-14a": ("E36",),
    "Dialogmeldingen/Case1-14b": OK,
    "Dialogmeldingen/Case1-14c": OK,
    "Dialogmeldingen/Case1-15": ("E36",),
    "Dialogmeldingen/Case1-16": NO_RECEIPT,
    "Dialogmeldingen/Case1-17a": ("E36",),
    "Dialogmeldingen/Case1-17b": ("E36", "T02"),
    "Dialogmeldingen/Case1-2": ("T01",),
    "Dialogmeldingen/Case3": ("E10",),
    "legemiddelopplysninger_2009-02-20/case2-10": ("E36",),
    "legemiddelopplysninger_2009-02-20/case2-11": ("E36",),
    "legemiddelopplysninger_2009-02-20/case2-12": NO_RECEIPT,
    "legemiddelopplysninger_2009-02-20/case2-13": ("E36",),
    "legemiddelopplysninger_2009-02-20/case2-14a": ("T02",),
    "legemiddelopplysninger_2009-02-20/case2-14b": ("T02",),
    "legemiddelopplysninger_2009-02-20/case2-2": ("T01",),
}
"""14b, 14c: date of birth and sex stand there. 15, 11: the number has wrong control digits and nothing else is told. Case3:
the id holds a `g`. 10b, 10c: no sex. Everything else of these sets is as it should be."""


@dataclass(frozen=True)
class Case:
    path: str
    said: str
    schema: str

    @property
    def codes(self) -> tuple[str, ...] | None:
        for part, (codes, _) in CORRECTED.items():
            if part in self.path:
                return codes
        for part, silent in SILENT.items():
            if f"{self.path}.".find(part) >= 0:
                return silent
        for words, codes in (("ikke adresseres", NO_RECEIPT), ("T01", ("T01",)), ("T02", ("T02",))):
            if words in self.said:
                return codes
        if "E21" in self.said and "Ukjent" in self.path:
            return ("E21",)
        return ("E36",) if "E36" in self.said else OK


def cases(folder: Path) -> list[Case]:
    with (folder / EXPECTED).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    return [
        Case(f"{r['sett']}/{r['fil']}", r["hva reglene tilsier"], r["skjemaresultat (lxml)"]) for r in rows
    ]


def judged(opened: Opened) -> Verdict[str]:
    receivers = opened.envelope.receivers if opened.envelope else ()
    return judge(opened, [Addressed(r, r.party.key, True) for r in receivers])


def told(content: bytes) -> tuple[str, ...] | None:
    """Codes of the receipts that a file gets, in order of their letters; None when nobody is answered."""
    verdict = judged(open_message(content))
    return tuple(sorted(verdict.codes)) if verdict.answers else NO_RECEIPT
