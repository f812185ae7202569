"""How long a register of medicines takes, and how much memory: a file made in the structure of FEST, read bare and imported.

    python scripts/bench_fest.py --megabytes 200

Each reading is a process of its own, so that its memory is its own. What stands in the file is made up.
"""

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from lxml import etree

from akson.app.fest import catalogue, kept, stream
from akson.app.fest.edition import made

_M30 = "http://www.kith.no/xmlstds/eresept/m30/2014-12-01"
_FS = "http://www.kith.no/xmlstds/eresept/forskrivning/2014-12-01"
_T = "2026-11-15T03:09:06"
PRODUCTS, INTERACTIONS = 9_000, 11_500
"""As many as the register of autumn 2026 has; other entries fill the file to its size."""


def write(file: IO[bytes], megabytes: int) -> None:
    """A file of about that size; everything in it has numbers for names."""
    file.write(
        f'<?xml version="1.0"?>\n<FEST xmlns="{_M30}" xmlns:fs="{_FS}"><HentetDato>{_T}</HentetDato>'.encode()
    )
    file.write(b"<KatLegemiddelMerkevare>")
    for n in range(PRODUCTS):
        file.write(
            f"<OppfLegemiddelMerkevare>{_head(f'm{n}')}<fs:LegemiddelMerkevare>"
            f'<fs:Atc V="{_code(n)}" S="7180" DN="Stoff {n}"/><fs:NavnFormStyrke>Vare{n} tab</fs:NavnFormStyrke>'
            f'<fs:Reseptgruppe V="C"/><fs:LegemiddelformKort V="53" S="7448" DN="Tablett"/><fs:Id>P{n}</fs:Id>'
            f"<fs:Varenavn>Vare{n}</fs:Varenavn><fs:SortertVirkestoffMedStyrke><fs:Sortering>1</fs:Sortering>"
            f"<fs:RefVirkestoffMedStyrke>S{n}</fs:RefVirkestoffMedStyrke></fs:SortertVirkestoffMedStyrke>"
            "</fs:LegemiddelMerkevare></OppfLegemiddelMerkevare>\n".encode()
        )
    file.write(b"</KatLegemiddelMerkevare><KatVirkestoff>")
    for n in range(PRODUCTS):
        file.write(
            f"<OppfVirkestoff>{_head(f'v{n}')}<fs:Virkestoff><fs:Id>V{n}</fs:Id><fs:Navn>Stoff{n}</fs:Navn></fs:Virkestoff>"
            f"</OppfVirkestoff><OppfVirkestoff>{_head(f's{n}')}<fs:VirkestoffMedStyrke><fs:Id>S{n}</fs:Id>"
            f'<fs:Styrke V="{n % 90 + 1}" U="mg"/><fs:RefVirkestoff>V{n}</fs:RefVirkestoff><fs:Styrkeoperator V="1"/>'
            "</fs:VirkestoffMedStyrke></OppfVirkestoff>\n".encode()
        )
    file.write(b"</KatVirkestoff><KatLegemiddeldose>")
    n = 0
    while file.tell() < megabytes * 1_000_000 - INTERACTIONS * 1_000:
        file.write(_dose(n))
        n += 1
    file.write(b"</KatLegemiddeldose><KatInteraksjon>")
    for n in range(INTERACTIONS):
        file.write(_interaction(n))
    file.write(b"</KatInteraksjon></FEST>\n")


def _head(id: str) -> str:
    return f'<Id>E{id}</Id><Tidspunkt>{_T}</Tidspunkt><Status V="A" DN="Aktiv"/>'


def _code(n: int) -> str:
    """Of a letter that ATC does not use: what is made here can be nobody's drug."""
    return f"X{n % 99:02}X{chr(65 + n // 99 % 26)}{n // 2574:02}"


def _dose(n: int) -> bytes:
    refs = "".join(f"<fs:RefPakning>K{n + at}</fs:RefPakning>" for at in range(12))
    return (
        f"<OppfLegemiddeldose>{_head(f'd{n}')}<fs:Legemiddeldose><fs:NavnFormStyrke>Vare{n} tab</fs:NavnFormStyrke>"
        f'<fs:Id>D{n}</fs:Id><fs:Mengde V="1" U="stk"/>'
        f"<fs:RefLegemiddelMerkevare>P{n % PRODUCTS}</fs:RefLegemiddelMerkevare>"
        f"{refs}</fs:Legemiddeldose></OppfLegemiddeldose>\n"
    ).encode()


def _interaction(n: int) -> bytes:
    text = f"Prøvetekst {n} som er så lang som en vanlig setning om hva som skjer. "
    groups = "".join(
        "<Substansgruppe>"
        + "".join(
            f'<Substans><Substans>Stoff</Substans><Atc V="{_code((n * step + at) % PRODUCTS)}"/></Substans>'
            for at in range(4)
        )
        + "</Substansgruppe>"
        for step in (1, 7)
    )
    return (
        f'<OppfInteraksjon>{_head(f"i{n}")}<Interaksjon><Id>I{n}</Id><Relevans V="{n % 3 + 1}"/>'
        f"<KliniskKonsekvens>{text}</KliniskKonsekvens><Interaksjonsmekanisme>{text}</Interaksjonsmekanisme>"
        f'<Kildegrunnlag V="1"/><Handtering>{text}</Handtering><Referanse><Kilde>Prøve</Kilde>'
        f'<Lenke V="https://example.org/{n}"/></Referanse>{groups}</Interaksjon></OppfInteraksjon>\n'
    ).encode()


def bare(path: Path) -> None:
    """What the parser alone takes: each entry seen and let go."""
    for _, element in etree.iterparse(str(path), tag=[f"{{*}}{name}" for name in stream.ENTRIES]):
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def imported(path: Path) -> None:
    """The whole command: read, made, kept on disk."""
    with tempfile.TemporaryDirectory() as folder, stream.opened(path) as file:
        found = catalogue.read(stream.entries(file))
        kept.keep(Path(folder), found, made(found))


def _nothing(path: Path) -> None:
    """What the process itself is."""


def measured(work: Callable[[Path], None], path: Path) -> tuple[float, float]:
    """(seconds of processor, megabytes at its largest), in a process of its own."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_run, args=(work, path, there))
    process.start()
    told: tuple[float, float] = here.recv()
    process.join()
    return told


def _run(work: Callable[[Path], None], path: Path, there: "multiprocessing.connection.Connection") -> None:
    begun = time.process_time()
    work(path)
    there.send((time.process_time() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--megabytes", type=int, default=200)
    megabytes = asked.parse_args().megabytes
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fest.xml"
        with path.open("wb") as file:
            write(file, megabytes)
        size = path.stat().st_size / 1_000_000
        results = {work.__name__: measured(work, path) for work in (_nothing, bare, imported)}
    for name, (seconds, memory) in results.items():
        print(f"{name.strip('_'):<10} {seconds:6.1f} s  {memory:6.0f} MB")
    ratio = results["imported"][0] / results["bare"][0]
    print(f"{size:.0f} MB: {size / results['imported'][0]:.0f} MB/s, {ratio:.2f} times the bare parser")


if __name__ == "__main__":
    main()
