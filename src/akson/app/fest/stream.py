"""An M30 file as its entries, one at a time. The XML goes through `akson.fhir.markup`, as all XML does.

Names are local names: the register's namespace changes with its version, its words do not. Schema: ER-M30-2014-12-01.
What an entry means does not belong here.
"""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from akson.fhir import markup
from akson.fhir.problem import Problem, ProblemKind

ROOT = "FEST"
FETCHED = "HentetDato"
ENTRIES = (
    "OppfLegemiddelMerkevare", "OppfLegemiddelpakning", "OppfVirkestoff", "OppfOrdineringVirkestoff",
    "OppfLegemiddelVirkestoff", "OppfHandelsvare", "OppfDiagnose", "OppfRefusjon", "OppfVilkar", "OppfVarselSlv",
    "OppfKodeverk", "OppfByttegruppe", "OppfLegemiddeldose", "OppfInteraksjon", "OppfStrDosering",
)  # fmt: skip
"""All of them: those that nobody asks for are let go as they pass."""


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The XML of a file, or of the one XML file in a zip, as it is published. Raises Problem AKS-FEST-001."""
    try:
        if not zipfile.is_zipfile(path):
            with path.open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(path) as packed:
            names = [name for name in packed.namelist() if name.lower().endswith(".xml")]
            if len(names) != 1:
                raise _no_file("the zip must hold exactly one XML file")
            with packed.open(names[0]) as file:
                yield file
    except (OSError, zipfile.BadZipFile) as broken:
        raise _no_file(type(broken).__name__) from None


def entries(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """(`OppfInteraksjon`, the element) in the order of the file, and `HentetDato`. Raises Problem AKS-XML-…"""
    return markup.streamed(file, ROOT, (FETCHED, *ENTRIES))


def _no_file(why: str) -> Problem:
    return Problem(
        ProblemKind.INVALID, "AKS-FEST-001", "The file cannot be opened.", why=f"{why[:1].upper()}{why[1:]}."
    )
