"""How a terminology operation is to be carried out: the parameters it was given, read once.

    read({"count": [10], "displayLanguage": ["nb"]}) -> Wishes(count=10, languages=Languages(("nb",)), …)

Spec: https://hl7.org/fhir/R4/valueset-operation-expand.html and R5 where R4 has no parameter for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from akson.fhir.problem import ProblemKind
from akson.terminology import findings, languages, versions
from akson.terminology.concepts import Json
from akson.terminology.languages import Languages
from akson.terminology.refusal import Refused

Given = Mapping[str, Sequence[object]]
COUNT_MAX = 50_000


@dataclass(frozen=True, slots=True)
class VersionRules:
    """System -> version, for `system-version` (default), `check-system-version` and `force-system-version`."""

    default: Mapping[str, str] = field(default_factory=dict)
    check: Mapping[str, str] = field(default_factory=dict)
    force: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which version of a system an include means, and the parameter that said so (empty: the include itself)."""

    version: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    languages: Languages = field(default_factory=Languages)
    active_only: bool | None = None
    abstract: bool | None = None
    include_designations: bool = False
    designations: tuple[str, ...] = ()
    """Which designations are wanted, `system|code` of a use or `urn:ietf:bcp:47|es`; none: all."""
    include_definition: bool = False
    exclude_nested: bool | None = None
    properties: tuple[str, ...] = ()
    count: int | None = None
    offset: int | None = None
    filter: str = ""
    infer_system: bool = False
    lenient_display: bool = False
    membership_only: bool = False
    rules: VersionRules = field(default_factory=VersionRules)
    set_versions: Mapping[str, str] = field(default_factory=dict)
    """Value set -> version, where an import names none."""
    supplements: tuple[str, ...] = ()
    versions_match: bool | None = None
    """Whether a code is the same in all versions of its system; None: unless the value set names several."""
    accept_language: str = ""
    """What the client asks for in general; a parameter, and the value set, say it more exactly."""
    echo: tuple[Json, ...] = ()
    """The parameters as an expansion repeats them."""

    def version_of(self, system: str, included: str) -> Chosen:
        rules = self.rules
        if forced := rules.force.get(system):
            return Chosen(forced, "force-system-version")
        if included:
            return Chosen(included)
        if default := rules.default.get(system):
            return Chosen(default, "system-version")
        if check := rules.check.get(system):
            return Chosen(check, "check-system-version")
        return Chosen("")

    def for_set(self, asked: str, language: str) -> "Wishes":
        """The same for a value set: the languages it asks for, then those of the client, then its own language."""
        return self._in_languages(asked)._in_languages(self.accept_language)._in_languages(language)

    def _in_languages(self, text: str) -> "Wishes":
        named = None if self.languages or not text.strip() else languages.read(text)
        if not named:
            return self
        shown = {"name": "displayLanguage", "valueCode": named.text}
        return replace(self, languages=named, echo=(*self.echo, shown))


def read(given: Given) -> Wishes:
    """Raises Refused AKS-TERMINOLOGY-001 for a value that is none, -002 for languages."""
    wanted = text(given, "displayLanguage")
    return Wishes(
        languages=languages_of(wanted) if wanted else Languages(),
        active_only=boolean(given, "activeOnly"),
        abstract=boolean(given, "abstract"),
        include_designations=boolean(given, "includeDesignations") or False,
        designations=tuple(str(v) for v in given.get("designation", ())),
        include_definition=boolean(given, "includeDefinition") or False,
        exclude_nested=boolean(given, "excludeNested"),
        properties=tuple(str(v) for v in given.get("property", ())),
        count=integer(given, "count"),
        offset=integer(given, "offset"),
        filter=text(given, "filter"),
        infer_system=boolean(given, "inferSystem") or boolean(given, "implySystem") or False,
        lenient_display=boolean(given, "lenient-display-validation")
        or boolean(given, "lenientDisplayValidation")
        or False,
        membership_only=boolean(given, "valueset-membership-only") or False,
        rules=VersionRules(
            _canonicals(given, "system-version"),
            _canonicals(given, "check-system-version"),
            _canonicals(given, "force-system-version"),
        ),
        set_versions=_canonicals(given, "default-valueset-version"),
        supplements=tuple(str(v) for v in given.get("useSupplement", ())),
        versions_match=boolean(given, "versionsMatch"),
        echo=tuple(_echo(given)),
    )


# What an expansion repeats, and as what.
_ECHOED = {
    "activeOnly": "valueBoolean",
    "count": "valueInteger",
    "designation": "valueString",
    "excludeNested": "valueBoolean",
    "filter": "valueString",
    "includeDefinition": "valueBoolean",
    "includeDesignations": "valueBoolean",
    "offset": "valueInteger",
}


def _echo(given: Given) -> list[Json]:
    shown: list[Json] = []
    if wanted := text(given, "displayLanguage"):
        shown.append({"name": "displayLanguage", "valueCode": languages_of(wanted).text})
    for name, kind in _ECHOED.items():
        for value in given.get(name, ()):
            said: object = str(value)
            if kind == "valueBoolean":
                said = _boolean(name, value)
            elif kind == "valueInteger":
                said = _integer(name, value)
            shown.append({"name": name, kind: said})
    return shown


def text(given: Given, name: str) -> str:
    values = given.get(name)
    return str(values[0]) if values else ""


def boolean(given: Given, name: str) -> bool | None:
    values = given.get(name)
    return _boolean(name, values[0]) if values else None


def integer(given: Given, name: str) -> int | None:
    values = given.get(name)
    return _integer(name, values[0]) if values else None


def languages_of(text: str) -> Languages:
    found = languages.read(text)
    if found is None:
        raise Refused(
            "AKS-TERMINOLOGY-002",
            "The languages wanted are not readable.",
            finding=findings.BAD_LANGUAGE.found(text=text[:80]),
        )
    return found


def _boolean(name: str, value: Any) -> bool:
    if value in (True, "true"):
        return True
    if value in (False, "false"):
        return False
    raise _none(name, "true or false")


def _integer(name: str, value: Any) -> int:
    if not isinstance(value, bool) and str(value).isdigit() and int(value) <= COUNT_MAX:
        return int(value)
    raise _none(name, f"a number from 0 to {COUNT_MAX}")


def _none(name: str, wanted: str) -> Refused:
    return Refused("AKS-TERMINOLOGY-001", f"The parameter {name} is {wanted}.", kind=ProblemKind.MALFORMED)


def _canonicals(given: Given, name: str) -> dict[str, str]:
    return dict(versions.split(str(v)) for v in given.get(name, ()) if "|" in str(v))
