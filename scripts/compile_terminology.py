"""Compiles the code systems and value sets of FHIR R4 into the one file that akson.terminology.r4 reads.

    npm pack hl7.fhir.r4.examples@4.0.1
    python scripts/compile_terminology.py hl7.fhir.r4.examples-4.0.1.tgz

The package is CC0. The output depends on the input alone, byte for byte. Layout: src/akson/terminology/packing.py.
"""

import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

from akson.terminology.packing import pack

OUTPUT = Path(__file__).resolve().parents[1] / "src/akson/terminology/r4/r4.pack"
KEPT = {
    "CodeSystem": (
        "resourceType", "url", "version", "name", "title", "status", "experimental", "language", "caseSensitive",
        "valueSet", "hierarchyMeaning", "content", "supplements", "property", "concept",
    ),
    "ValueSet": ("resourceType", "url", "version", "name", "title", "status", "experimental", "language", "compose"),
}  # fmt: skip
# Examples of the specification that are nobody's terminology.
LEFT_OUT = re.compile(r"http://(?:snomed\.info|loinc\.org|healthit\.gov)|.*/example")
STANDARDS_STATUS = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"

Json = dict[str, Any]


def main(source: str) -> None:
    kept = [trimmed(resource) for resource in resources(source)]
    OUTPUT.write_bytes(pack(kept))
    print(f"{len(kept)} code systems and value sets, {OUTPUT.stat().st_size:,} bytes")


def resources(source: str) -> list[Json]:
    found: dict[tuple[str, str], Json] = {}
    with tarfile.open(source, "r:gz") as package:
        for member in package:
            if re.match(r"package/(CodeSystem|ValueSet)-", member.name):
                stream = package.extractfile(member)
                resource = json.load(stream) if stream else {}
                if not LEFT_OUT.match(resource["url"]):
                    # One code system of v2 has a version in its url.
                    resource["url"] = resource["url"].partition("|")[0]
                    found.setdefault((resource["resourceType"], resource["url"]), resource)
    return [found[key] for key in sorted(found)]


def trimmed(resource: Json) -> Json:
    kept = {name: resource[name] for name in KEPT[resource["resourceType"]] if name in resource}
    if status := [e for e in resource.get("extension", ()) if standing(e)]:
        kept["extension"] = status
    if "concept" in kept:
        kept["concept"] = [concept(c) for c in kept["concept"]]
    return kept


def concept(item: Json) -> Json:
    kept = {
        name: item[name]
        for name in ("code", "display", "definition", "designation", "property")
        if name in item
    }
    if "definition" in kept:
        kept["definition"] = " ".join(kept["definition"].split())
        if kept["definition"] in ("", kept.get("display")):
            del kept["definition"]
    if status := [e for e in item.get("extension", ()) if standing(e)]:
        kept["extension"] = status
    if "concept" in item:
        kept["concept"] = [concept(c) for c in item["concept"]]
    return kept


def standing(extension: Json) -> bool:
    return extension["url"] == STANDARDS_STATUS and extension.get("valueCode") in ("deprecated", "withdrawn")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
