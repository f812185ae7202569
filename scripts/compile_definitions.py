"""Compiles the FHIR R4 definitions into the two files that akson.fhir.definitions reads.

    npm pack hl7.fhir.r4.examples@4.0.1
    python scripts/compile_definitions.py hl7.fhir.r4.examples-4.0.1.tgz

The package is CC0. The output depends on the input alone, byte for byte, so a reviewer can repeat it.
Shapes of what is written: src/akson/fhir/definitions/README.md.
"""

import gzip
import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "src/akson/fhir/definitions"
OUTPUT = FOLDER / "r4.json.gz"
PROFILES = FOLDER / "profiles.json.gz"
PROFILE_BASE = "http://hl7.org/fhir/StructureDefinition/"
SYSTEM_TYPES = "http://hl7.org/fhirpath/System."
FHIR_TYPE = PROFILE_BASE + "structuredefinition-fhir-type"
MAX_VALUE_SET = PROFILE_BASE + "elementdefinition-maxValueSet"
# Systems whose codes are a grammar, not a list (BCP 13, BCP 47): an expansion of theirs is a sample. One of UCUM that
# is a sample says so.
GRAMMARS = {"urn:ietf:bcp:13", "urn:ietf:bcp:47"}
# Invariants every element or extension has; they stand once, at Element and Extension.
INHERITED = {"ele-1": "Element", "ext-1": "Extension"}
# Left out of `systems`: large, and not the house's own.
SYSTEM_CODES_MAX = 1_000
OWN_SYSTEMS = ("http://hl7.org/fhir/", "http://terminology.hl7.org/")
INCOMPLETE = ("valueset-toocostly", "valueset-unclosed")
OUTSIDE = {"http://snomed.info/sct", "http://loinc.org"}
FLAG_SUMMARY, FLAG_MODIFIER, FLAG_XML_ATTRIBUTE = 1, 2, 4

Json = dict[str, Any]


def bundle(package: tarfile.TarFile, name: str) -> list[Json]:
    member = package.extractfile(f"package/Bundle-{name}.json")
    if member is None:
        raise SystemExit(f"The package has no Bundle-{name}.json; is it hl7.fhir.r4.examples 4.0.1?")
    return [entry["resource"] for entry in json.load(member)["entry"]]


def short(profile: str) -> str:
    return profile.removeprefix(PROFILE_BASE)


def type_of(entry: Json) -> list[Any]:
    """`code`, or `[code, targets, profiles]`; FHIRPath system types give the FHIR type they stand for."""
    code = entry["code"]
    if code.startswith(SYSTEM_TYPES):
        named = [e["valueUrl"] for e in entry.get("extension", ()) if e["url"] == FHIR_TYPE]
        code = named[0] if named else code.removeprefix(SYSTEM_TYPES).lower()
    targets = [short(t) for t in entry.get("targetProfile", ())]
    profiles = [short(p) for p in entry.get("profile", ())]
    return [code, targets, profiles] if targets or profiles else [code]


def constraints_of(element: Json, owner: str) -> list[list[str]]:
    """Invariants said here for the first time: `[key, severity, human, expression]`."""
    kept = []
    for c in element.get("constraint", ()):
        source = short(c.get("source", owner))
        home = INHERITED.get(c["key"])
        if (home and home != owner) or (not home and source != owner) or "expression" not in c:
            continue
        kept.append([c["key"], c["severity"], c["human"], c["expression"]])
    return kept


def types_of(element: Json, structure: Json) -> list[list[Any]]:
    if structure["kind"] == "resource" and element["path"] == structure["id"] + ".id":
        return [["id"]]  # 4.0.1 says string here, but Resource.id has the lexical rule of `id`.
    return [type_of(t) for t in element.get("type", ())]


def binding_of(element: Json) -> list[str]:
    """`[strength, value set]`, and the set that no code may be outside of when there is one."""
    binding = element.get("binding")
    if not binding or "valueSet" not in binding:
        return []
    most = [e["valueCanonical"] for e in binding.get("extension", ()) if e["url"] == MAX_VALUE_SET]
    return [binding["strength"], binding["valueSet"], *most]


def element_of(element: Json, structure: Json) -> list[Any]:
    """`[path, min, max, types, flags, contentReference, binding, constraints]`, trailing empties cut."""
    flags = FLAG_SUMMARY if element.get("isSummary") else 0
    flags |= FLAG_MODIFIER if element.get("isModifier") else 0
    flags |= FLAG_XML_ATTRIBUTE if "xmlAttr" in element.get("representation", ()) else 0
    row: list[Any] = [
        element["path"],
        element["min"],
        None if element["max"] == "*" else int(element["max"]),
        types_of(element, structure),
        flags,
        element.get("contentReference", "").removeprefix("#"),
        binding_of(element),
        constraints_of(element, structure["id"]),
    ]
    while row and not row[-1] and len(row) > 4:
        row.pop()
    return row


def definition_of(structure: Json) -> Json:
    name = structure["id"]
    return {
        "name": name,
        "kind": structure["kind"],
        "abstract": structure["abstract"],
        "base": short(structure.get("baseDefinition", "")),
        "elements": [element_of(e, structure) for e in structure["snapshot"]["element"]],
    }


def extension_parameters(package: tarfile.TarFile) -> list[Json]:
    """Search parameters on HL7's own extensions (genetics, device): they stand outside the big Bundle.

    Left out: examples, those without base or expression, and one that calls a function FHIRPath does not have.
    """
    kept = []
    for name in sorted(package.getnames()):
        if re.match(r"package/SearchParameter-[a-z]+-(?:extensions|genetic)-", name):
            member = package.extractfile(name)
            parameter = json.load(member) if member else {}
            if parameter.get("base") and "hasExtension" not in parameter.get("expression", "hasExtension"):
                kept.append(parameter)
    return kept


def search_parameter_of(parameter: Json) -> list[Any]:
    """`[code, bases, type, expression, targets, components]`; a component is `[definition, expression]`."""
    # R4 lists Group beside Patient, but the expression of `patient` lets only Patients through.
    targets = ["Patient"] if parameter["code"] == "patient" else sorted(parameter.get("target", ()))
    components = [[c["definition"], c["expression"]] for c in parameter.get("component", ())]
    return [
        parameter["code"],
        sorted(parameter["base"]),
        parameter["type"],
        parameter.get("expression", ""),
        targets,
        components,
        parameter["url"],
    ]


def compartment_of(compartment: Json) -> Json:
    return {r["code"]: sorted(r["param"]) for r in compartment["resource"] if r.get("param")}


def is_closed(value_set: Json) -> bool:
    """Whether the expansion is the whole set: not cut short, and not a sample of SNOMED CT or LOINC."""
    marks = {e["url"].rpartition("/")[2] for e in value_set["expansion"].get("extension", ())}
    systems = {item.get("system") for item in value_set["expansion"].get("contains", ())}
    return not marks & set(INCOMPLETE) and not systems & OUTSIDE


def all_codes(concepts: list[Json]) -> list[str]:
    return [code for c in concepts for code in (c["code"], *all_codes(c.get("concept", [])))]


def systems_of(resources: list[Json]) -> Json:
    """Code system -> its codes; only those that are whole and FHIR's own."""
    found = {}
    for system in resources:
        if system["resourceType"] == "CodeSystem" and system.get("content") == "complete":
            codes = all_codes(system.get("concept", []))
            if system["url"].startswith(OWN_SYSTEMS) and 0 < len(codes) <= SYSTEM_CODES_MAX:
                found[system["url"]] = codes
    return dict(sorted(found.items()))


def extension_of(structure: Json) -> list[Any]:
    """`[contexts, types of the value]`; no types: it holds extensions."""
    value = [
        e for e in structure["snapshot"]["element"] if e["path"] == "Extension.value[x]" and e["max"] != "0"
    ]
    types = sorted({t["code"] for e in value for t in e.get("type", ())})
    return [[c["expression"] for c in structure.get("context", ()) if c["type"] == "element"], types]


def codes_of(value_set: Json) -> dict[str, list[str]] | None:
    """System -> codes in the order of the expansion; None when the set is open (a grammar or a sample)."""
    by_system: dict[str, list[str]] = {}
    for item in value_set["expansion"].get("contains", ()):
        if item.get("abstract"):
            continue
        by_system.setdefault(item["system"], []).append(item["code"])
    return None if not by_system or GRAMMARS & by_system.keys() else by_system


def compiled(package: tarfile.TarFile) -> Json:
    resources = bundle(package, "resources")
    structures = [
        s for s in resources + bundle(package, "types") if s["resourceType"] == "StructureDefinition"
    ]
    structures = [s for s in structures if s["kind"] != "logical"]
    value_sets = {
        v["url"]: codes
        for v in bundle(package, "valueset-expansions")
        if is_closed(v) and (codes := codes_of(v)) is not None
    }
    return {
        "version": "4.0.1",
        "types": {s["id"]: definition_of(s) for s in sorted(structures, key=lambda s: s["id"])},
        "search": sorted(
            search_parameter_of(p) for p in bundle(package, "searchParams") + extension_parameters(package)
        ),
        "compartments": {
            c["code"]: compartment_of(c)
            for c in sorted(resources, key=lambda r: r["id"])
            if c["resourceType"] == "CompartmentDefinition"
        },
        "values": dict(sorted(value_sets.items())),
        "systems": systems_of(bundle(package, "valuesets")),
        "extensions": {
            e["url"]: extension_of(e)
            for e in sorted(bundle(package, "extensions"), key=lambda e: e["url"])
            if e["resourceType"] == "StructureDefinition" and e["type"] == "Extension"
        },
    }


# What validation reads of an element; the rest of it is for people.
READ = frozenset(
    """path sliceName min max type slicing constraint binding contentReference maxLength""".split()  # noqa: SIM905
)
VALUED = ("fixed", "pattern", "minValue", "maxValue")


def profile_of(structure: Json) -> Json:
    """A profile or extension as a StructureDefinition with its differential alone."""
    kept = {name: structure[name] for name in ("resourceType", "url", "type", "baseDefinition")}
    elements = [
        {key: value for key, value in element.items() if key in READ or key.startswith(VALUED)}
        for element in structure["differential"]["element"]
    ]
    return kept | {"differential": {"element": elements}}


def profiles_of(package: tarfile.TarFile) -> Json:
    """Url -> profile or extension, of those that R4 itself publishes."""
    found = {}
    for name in sorted(package.getnames()):
        if name.startswith("package/StructureDefinition-"):
            member = package.extractfile(name)
            structure = json.load(member) if member else {}
            if structure.get("derivation") == "constraint" and structure["url"].startswith(PROFILE_BASE):
                found[structure["url"]] = profile_of(structure)
    return dict(sorted(found.items()))


def written(content: Json, path: Path) -> int:
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    return len(text)


def main(source: str) -> None:
    with tarfile.open(source, "r:gz") as package:
        content, profiles = compiled(package), profiles_of(package)
    size = written(content, OUTPUT)
    written(profiles, PROFILES)
    print(f"{len(content['types'])} types, {len(content['search'])} search parameters,")
    print(f"{len(content['values'])} value sets: {OUTPUT.stat().st_size:,} bytes of {size:,}")
    print(f"{len(profiles)} profiles and extensions: {PROFILES.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
