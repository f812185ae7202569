"""Which code systems and parameters the terminology operations know. https://hl7.org/fhir/R4/terminologycapabilities.html"""

from collections.abc import Iterable

from akson.terminology.concepts import Json

PARAMETERS = (
    "activeOnly", "check-system-version", "count", "default-valueset-version", "designation", "displayLanguage",
    "excludeNested", "filter", "force-system-version", "includeDefinition", "includeDesignations", "offset", "property",
    "system-version", "tx-resource", "useSupplement", "valueSetVersion",
)  # fmt: skip


def statement(systems: Iterable[tuple[str, str]], *, base: str, date: str, version: str) -> Json:
    """`systems`: (url, version) of each that can be answered for."""
    held: dict[str, list[str]] = {}
    for url, number in systems:
        held.setdefault(url, []).append(number)
    return {
        "resourceType": "TerminologyCapabilities",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "Akson", "version": version},
        "implementation": {"description": "Akson", "url": base},
        "codeSystem": [_system(url, numbers) for url, numbers in sorted(held.items())],
        "expansion": {
            "hierarchical": True,
            "paging": True,
            "incomplete": False,
            "parameter": [{"name": name} for name in PARAMETERS],
            "textFilter": "Every word stands somewhere in the code, the display or a designation.",
        },
        "codeSearch": "all",
        "validateCode": {"translations": False},
    }


def _system(url: str, versions: list[str]) -> Json:
    named = [{"code": v} for v in dict.fromkeys(versions) if v]
    return {"uri": url, **({"version": named} if named else {})}
