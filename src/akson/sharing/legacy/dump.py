"""A database written as SQL text, read into rows: PostgreSQL's COPY blocks, and INSERT statements as SQLite writes them.

    COPY diagn (lopenr, ident, kode) FROM stdin;        INSERT INTO "DIAGN" (LOPENR,IDENT,KODE) VALUES(4711,1007,'D-SAAR');
    4711<TAB>1007<TAB>D-SAAR
    \\.

Nothing of it is run. Spec: https://www.postgresql.org/docs/current/sql-copy.html (text format). Names are in upper case.
"""

import re
from collections.abc import Iterator, Sequence

from akson.fhir.problem import Problem, ProblemKind
from akson.sharing.legacy.values import Row

DUMP_BYTES_MAX = 512 * 1024 * 1024
ROWS_MAX = 5_000_000
_COPY = re.compile(r"COPY\s+([\w.\"]+)\s*\(([^)]*)\)\s+FROM\s+stdin;\s*$", re.IGNORECASE)
_INSERT = re.compile(r"\s*INSERT\s+INTO\s+([\w.\"]+)\s*\(([^)]*)\)\s*VALUES\s*", re.IGNORECASE)
_VALUE = re.compile(r"\s*(?:'((?:[^']|'')*)'|(NULL)|([^,()';\s]+))\s*([,)])", re.IGNORECASE)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def read(content: bytes, *, encoding: str = "latin-1") -> Iterator[Row]:
    """Rows in the order of the file. Raises Problem MALFORMED AKS-LEGACY-010 with the line, TOO_LARGE AKS-LEGACY-011."""
    if len(content) > DUMP_BYTES_MAX:
        raise Problem(ProblemKind.TOO_LARGE, "AKS-LEGACY-011", "The dump is larger than 512 MiB.")
    lines = content.decode(encoding, "replace").split("\n")
    at = 0
    for _ in range(ROWS_MAX):
        if at >= len(lines):
            return
        if copied := _COPY.match(lines[at]):
            table, columns = _named(copied)
            at += 1
            while at < len(lines) and (line := lines[at].rstrip("\r")) != "\\.":
                yield _row(table, columns, [_unescaped(v) for v in line.split("\t")], at + 1)
                at += 1
        elif inserted := _INSERT.match(lines[at]):
            table, columns = _named(inserted)
            # A text may hold line breaks: the statement goes on until its quotes are closed.
            statement, start = lines[at], at
            while statement.count("'") % 2 and at + 1 < len(lines):
                at += 1
                statement += "\n" + lines[at]
            for values in _tuples(statement, inserted.end(), start + 1):
                yield _row(table, columns, values, start + 1)
        at += 1


def _named(found: re.Match[str]) -> tuple[str, list[str]]:
    table = found[1].replace('"', "").rpartition(".")[2].upper()
    return table, [name.strip().strip('"').upper() for name in found[2].split(",")]


def _row(table: str, columns: Sequence[str], values: Sequence[str], line: int) -> Row:
    if len(columns) != len(values):
        raise _broken(line, f"{len(values)} values stand below {len(columns)} columns of {table}.")
    return Row(table, values[0].strip(), dict(zip(columns, values, strict=True)))


def _unescaped(value: str) -> str:
    if value == "\\N":
        return ""
    return _ESCAPED.sub(lambda m: _ESCAPES.get(m[1], m[1]), value) if "\\" in value else value


def _tuples(statement: str, at: int, line: int) -> Iterator[list[str]]:
    """Each `(…)` after VALUES."""
    while at < len(statement) and statement[at] == "(":
        at += 1
        values: list[str] = []
        while True:
            found = _VALUE.match(statement, at)
            if found is None:
                raise _broken(line, "The statement cannot be read.")
            values.append(
                found[1].replace("''", "'") if found[1] is not None else "" if found[2] else found[3]
            )
            at = found.end()
            if found[4] == ")":
                break
        yield values
        at = re.compile(r"[\s,]*").match(statement, at).end()  # type: ignore[union-attr]


def _broken(line: int, why: str) -> Problem:
    return Problem(
        ProblemKind.MALFORMED,
        "AKS-LEGACY-010",
        f"Line {line} of the dump cannot be read.",
        why=why,
        now="Take the dump again; nothing of it was taken in.",
    )
