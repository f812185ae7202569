"""Reads the code lists of a source's `lists` folder: tab-separated, four lines of heading, a line per code.

#system<TAB>urn:oid:2.16.578.1.12.4.1.1.8258
#title<TAB>Status for mottak av melding
#coverage<TAB>complete
#origin<TAB>HIS 80415:2012
1<TAB>OK
"""

from importlib.resources import files

from akson.terminology.codelist import CodeList, Coverage


def read_lists(package: str) -> tuple[CodeList, ...]:
    """The lists of `package`, by file name. A broken file is a fault of ours and stops the start."""
    folder = files(package).joinpath("lists")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".tsv")), key=lambda f: f.name)
    return tuple(parse_list(f.name, f.read_text("utf-8")) for f in found)


def parse_list(name: str, text: str) -> CodeList:
    """One file's text. Raises ValueError that names file and line."""
    heading: dict[str, str] = {}
    words: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        key, tab, value = line.partition("\t")
        if not tab or not value.strip():
            raise ValueError(f"{name} line {number} is not a code, a tab and its words")
        place = heading if key.startswith("#") else words
        if key in place:
            raise ValueError(f"{name} line {number} gives {key!r} a second time")
        place[key] = value.strip()
    return CodeList(
        system=heading["#system"],
        title=heading["#title"],
        coverage=Coverage(heading["#coverage"]),
        origin=heading["#origin"],
        words=words,
    )
