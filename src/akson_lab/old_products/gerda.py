"""«Gerda» 4.2: an imagined product of the nineties, seen as the SQL dump its supplier hands out.

Home-made codes, dates as text in several ways, doses as people wrote them, two tables a person, latin-1. `edition` 2 is a
newer dump of the same: one measurement more, one dose changed, one row gone.

    dump(edition=1) -> bytes        python -m akson_lab gerda > gerda.sql
"""

from collections.abc import Iterator

from akson_lab.people import Resident, residents

SEED, COUNT = 41, 6
UNITS = (("HSO", "Hjemmesykepleien øst"), ("HSV", "Hjemmesykepleien vest"))
STAFF = (
    ("1", "Bodil Åsen", "9900081", "HSO", "SPL"),
    ("2", "Øyvind Brå", "9900082", "HSV", "HFA"),
    ("3", "Turid Nes", "", "HSO", "RENH"),
)
_DIAGNOSES = (
    ("D-SAAR", "Leggsår venstre"),
    ("D-DM2", "Sukkersyke"),
    ("D-HT", "Høyt blodtrykk"),
    ("D-FOT", "Vond fot"),
)
_MEDICINES = (("Metformin 500 mg", "1 tabl morgen og kveld, ikke ved kvalme", "A"), ("Paracet 500", "2 x 4 v/behov", "A"),
              ("Marevan", "etter skjema", "S"), ("Kalk", "", "?"))  # fmt: skip


def dump(edition: int = 1) -> bytes:
    """The whole file. PostgreSQL's COPY for the large tables, INSERT for the small, as the supplier's script makes it."""
    return "\n".join(_lines(edition)).encode("latin-1")


def _lines(edition: int) -> Iterator[str]:
    yield f"-- Gerda 4.2 eksport, utgave {edition}"
    yield "SET client_encoding = 'LATIN1';"
    yield "CREATE TABLE avd (kode varchar(8), navn varchar(60));"
    for code, name in UNITS:
        yield f"INSERT INTO avd (kode, navn) VALUES ('{code}', '{name}');"
    yield "INSERT INTO ansatt (id, navn, hpr, avd, still) VALUES " + ", ".join(
        "(" + ", ".join(f"'{value}'" for value in one) + ")" for one in STAFF
    ) + ";"  # fmt: skip
    people = residents(SEED, COUNT)
    yield from _copied("bruker", "ident fnr etternavn fornavn fdato kj", [
        (1000 + n, p.national_id, p.family, p.given, _born(n, p), "K" if p.female else "M")
        for n, p in enumerate(people)
    ])  # fmt: skip
    yield from _copied("bruker_tillegg", "ident adr postnr sted tlf", [
        (1000 + n, p.street, p.postal_code, p.city, f"9901{n:04}" if n % 2 else None) for n, p in enumerate(people)
    ])  # fmt: skip
    yield from _copied("vedtak", "lopenr ident tjkode fra til avd", _decisions())
    yield from _copied("diagn", "lopenr ident kode tekst dato", _diagnoses())
    yield from _copied("medkort", "lopenr ident preparat dose fra st", _medicines(edition))
    yield from _copied("maaling", "lopenr ident kode verdi tekst tid ansatt", _measurements(edition))
    yield from _copied("tiltak", "lopenr ident tekst utf", _measures(edition))
    yield from _copied("logg_gml", "id tekst", [(1, "intern"), (2, "intern")])
    yield ""


def _born(place: int, person: Resident) -> str:
    """Typed in by different people through the years."""
    return f"{person.born:%d.%m.%Y}" if place % 3 else f"{person.born:%Y%m%d}"


def _copied(table: str, columns: str, rows: list[tuple[object, ...]]) -> Iterator[str]:
    yield f"COPY {table} ({', '.join(columns.split())}) FROM stdin;"
    for row in rows:
        yield "\t".join("\\N" if value is None else str(value).replace("\n", "\\n") for value in row)
    yield "\\."


def _decisions() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        (200 + n, 1000 + n, "HSP", "1.2.26", None, "HSO" if n % 2 == 0 else "HSV") for n in range(COUNT)
    ]
    # An older service that has ended, one of a kind without a code of ours, and one about nobody.
    rows += [
        (220, 1000, "MAT", "01.03.2024", "31.12.2025", "HSO"),
        (221, 1002, "BADSTUE", "2026-01-05", None, "HSO"),
    ]
    return [*rows, (222, 9999, "HSP", "01.01.2026", None, "HSO")]


def _diagnoses() -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for n in range(COUNT):
        for m, (code, words) in enumerate(_DIAGNOSES[: 2 + n % 3]):
            rows.append((300 + 10 * n + m, 1000 + n, code, words, "03.11.2026" if m else "våren 2019"))
    return rows


def _medicines(edition: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for n in range(COUNT):
        for m, (name, dose, status) in enumerate(_MEDICINES):
            if edition == 2 and (n, m) == (0, 1):
                dose = "1 x 4 v/behov"
            rows.append((400 + 10 * n + m, 1000 + n, name, dose or None, "12.10.2025", status))
    return rows


def _measurements(edition: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for n in range(COUNT):
        rows += [
            (500 + 10 * n, 1000 + n, "PULS", "72", None, "20.11.26 08:15", 1),
            (501 + 10 * n, 1000 + n, "VEKT", "71,5", None, "20.11.2026", 1),
            (502 + 10 * n, 1000 + n, "SAARL", "3,5", None, "20.11.2026 08.30", 1),
            (503 + 10 * n, 1000 + n, "SAARB", "ca 2", None, "20.11.2026 08.30", 2),
        ]
        if edition == 1 or n:
            rows.append((504 + 10 * n, 1000 + n, "HUM", "blid", "Humør", "20.11.2026", None))
    if edition == 2:
        rows.append((590, 1000, "SAARL", "3,1", None, "26.11.2026 09:00", 1))
    return rows


def _measures(edition: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for n in range(COUNT):
        rows.append((600 + 10 * n, 1000 + n, "Sårstell tre ganger i uken\nSkylles med vann", "N"))
        if edition == 1 or n:
            rows.append((601 + 10 * n, 1000 + n, "Følge til fysioterapi", "J"))
    return rows
