"""What is allowed and still worth a word: given only to who asks for warnings.

Spec: https://hl7.org/fhir/R4/extensibility.html#modifierExtension, https://hl7.org/fhir/R4/domainresource.html (dom-6)
"""

from collections.abc import Iterator
from typing import Any

from akson.fhir.definitions import load
from akson.fhir.validation import extensible
from akson.fhir.validation.finding import Codes, Finding
from akson.fhir.validation.profiles import Profiles


def advice(resource: Any, path: str, known: Profiles, terminology: Codes | None) -> list[Finding]:
    """Of a resource that is well formed."""
    return [
        *_without_narrative(resource, path),
        *_modifiers(resource, path, known),
        *extensible.findings(resource, path, known, terminology),
    ]


def _without_narrative(resource: Any, path: str) -> Iterator[Finding]:
    if "DomainResource" in load().lineage(resource["resourceType"]) and not resource.get("text", {}).get(
        "div"
    ):
        yield Finding(path, "invariant", "should have a narrative (dom-6)", "warning")


def _modifiers(value: Any, path: str, known: Profiles) -> Iterator[Finding]:
    """A modifier nobody knows turns the meaning of what it stands in, and nobody can say how."""
    if type(value) is list:
        for index, one in enumerate(value):
            yield from _modifiers(one, f"{path}[{index}]", known)
    elif type(value) is dict:
        for name, inner in value.items():
            here = f"{path}.{name}"
            if name == "modifierExtension":
                for index, extension in enumerate(inner):
                    url = extension.get("url", "")
                    if url not in known and load().extension(url) is None:
                        text = "changes the meaning in a way that is not known here"
                        yield Finding(f"{here}[{index}]", "extension", text, "warning")
            if type(inner) is dict or type(inner) is list:
                yield from _modifiers(inner, here, known)
