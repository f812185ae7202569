"""`$validate-code`: whether a code is what it claims to be, and whether a value set holds it.

    check_in_set(value_set, [Asked({"system": …, "code": "male"}, "Coding")], library, wishes) -> Parameters

Spec: https://hl7.org/fhir/R4/valueset-operation-validate-code.html. Which version of a system is meant is settling.py's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from akson.terminology import displays, findings, standing
from akson.terminology.composing import Composer, Entry
from akson.terminology.concepts import CodeSystem, Concept, Content, Json
from akson.terminology.expansion import require_supplements
from akson.terminology.findings import Finding
from akson.terminology.library import Library, ValueSet, whole
from akson.terminology.refusal import Refused
from akson.terminology.settling import included, settle
from akson.terminology.wishes import Wishes

CODINGS_MAX = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """A coding, and where it stands in the request."""

    coding: Json
    path: str
    """`Coding`, `CodeableConcept.coding[0]`, or empty for code, system and display by themselves."""
    of_many: bool = False
    """Whether it is one of several, of which one is enough."""

    def at(self, element: str) -> str:
        if self.path:
            return f"{self.path}.{element}" if element else self.path
        return {"": "code", "version": "version", "system": "system", "display": "display"}.get(
            element, element
        )


@dataclass(slots=True)
class Checked:
    """What was found about one coding."""

    asked: Asked
    system: CodeSystem | None = None
    concept: Concept | None = None
    entry: Entry | None = None
    """Its place in the value set; None when it is not there."""
    accepted: bool = False
    """Whether the value set holds it, whatever else may be wrong."""
    undecided: bool = False
    """Whether that cannot be told, for want of what the value set names."""
    findings: list[Finding] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """Systems that are not known, and are the coding's own."""
    caused_by: list[str] = field(default_factory=list)
    """Versions that are not known, and that the answer would have needed."""
    inferred: str = ""

    @property
    def wrong(self) -> bool:
        return any(f.severity == "error" for f in self.findings)


class Checker:
    """Checks codings against one value set."""

    def __init__(
        self, value_set: ValueSet, library: Library, wishes: Wishes, *, whole_system: bool = False
    ) -> None:
        supplements = (*wishes.supplements, *value_set.supplements())
        self.library = library.with_supplements(supplements)
        require_supplements(self.library, supplements)
        languages = value_set.parameters().get("displayLanguage", "")
        self.wishes = wishes.for_set(languages, str(value_set.resource.get("language", "")))
        self.value_set = value_set
        self.composer = Composer(self.library, self.wishes)
        self.whole_system = whole_system
        """Only the code system is asked about: there is no value set to be outside of."""

    def check(self, asked: Asked) -> Checked:
        system = str(asked.coding.get("system") or "")
        checked = Checked(asked)
        if not system and self.wishes.infer_system:
            system = checked.inferred = self._inferred(checked)
            if not system:
                return self._outside(checked)
        if not self._usable(system, checked):
            return self._outside(checked)
        version = str(asked.coding.get("version") or "")
        settled = settle(self.composer, self.value_set, system, version, asked.at)
        checked.findings += settled.findings
        checked.caused_by += settled.unknown
        checked.undecided = settled.undecided
        if not settled.systems:
            return self._without_system(system, checked)
        tried = [self._in_version(candidate, checked) for candidate in settled.systems]
        return next((t for t in tried if t.accepted and not t.wrong), None) or next(
            (t for t in tried if t.accepted), tried[0]
        )

    def _usable(self, system: str, checked: Checked) -> bool:
        """Whether the system can be one at all; says why not."""
        asked = checked.asked
        if not system:
            checked.findings.append(findings.NO_SYSTEM.found(asked.at("") if asked.path else "code"))
            return False
        if ":" not in system:
            checked.findings.append(findings.RELATIVE_SYSTEM.found(asked.at("system")))
            self._unknown(system, checked)
            return False
        if self.library.system(system) is None:
            if self.library.value_set(system) is not None:
                checked.findings.append(findings.SYSTEM_IS_SET.found(asked.at("system"), system=system))
                return False
            if self.library.supplement(system) is not None:
                checked.findings.append(
                    findings.SYSTEM_IS_SUPPLEMENT.found(asked.at("system"), system=system)
                )
                return False
        return True

    def _in_version(self, system: CodeSystem, so_far: Checked) -> Checked:
        asked = so_far.asked
        checked = replace(so_far, system=system, findings=list(so_far.findings))
        code = str(asked.coding.get("code") or "")
        checked.concept = system.find(code)
        if checked.concept is None:
            return self._no_concept(system, code, checked)
        checked.entry = self._entry(system, checked.concept, checked)
        if checked.concept.code != code:
            checked.findings.append(
                findings.CASE_DIFFERS.found(
                    asked.at("code"), code=code, right=checked.concept.code, system=system.canonical
                )
            )
        if checked.entry is not None and not self._selectable(checked):
            checked.entry = None
        checked.accepted = checked.entry is not None and not checked.undecided
        self._remark(checked)
        if not checked.accepted and not checked.undecided:
            self._outside(checked)
        self._words(checked)
        return checked

    def _entry(self, system: CodeSystem, concept: Concept, checked: Checked) -> Entry | None:
        try:
            # With a version that is wrong already, it is no news that this version is not in the value set.
            return self.composer.holds(self.value_set, system, concept, any_version=bool(checked.findings))
        except Refused as refused:
            # A value set that names one that is not known: the code cannot be judged, the rest of the answer can.
            if refused.id != "AKS-TERMINOLOGY-032" or refused.finding is None:
                raise
            checked.findings.append(refused.finding)
            checked.undecided = True
            return None

    def _no_concept(self, system: CodeSystem, code: str, checked: Checked) -> Checked:
        words = {"code": code, "system": system.url, "version": system.version}
        at = checked.asked.at("code")
        if system.content is Content.FRAGMENT:
            checked.findings.append(findings.UNKNOWN_IN_FRAGMENT.found(at, **words))
            checked.accepted = True
            return checked
        kind = findings.UNKNOWN_CODE if system.version else findings.UNKNOWN_CODE_UNVERSIONED
        checked.findings.append(kind.found(at, **words))
        return self._outside(checked)

    def _selectable(self, checked: Checked) -> bool:
        concept, at = checked.concept, checked.asked.at("code")
        assert concept is not None and checked.system is not None
        if concept.abstract and self.wishes.abstract is False:
            found = findings.ABSTRACT.found(at, system=checked.system.url, code=concept.code)
        elif concept.inactive and (
            self.wishes.active_only or self.value_set.compose.get("inactive") is False
        ):
            found = findings.NOT_ACTIVE.found(at, code=concept.code)
        else:
            return True
        checked.findings.append(found)
        return False

    def _remark(self, checked: Checked) -> None:
        """What is to be known of a concept that is out of use."""
        concept, entry, asked = checked.concept, checked.entry, checked.asked
        assert concept is not None and checked.system is not None
        if concept.inactive:
            status = "inactive" if concept.status in ("", "inactive") else f"{concept.status} and inactive"
            checked.findings.append(findings.INACTIVE.found(asked.at(""), code=concept.code, status=status))
        elif concept.status == "deprecated":
            checked.findings.append(findings.DEPRECATED.found(asked.at(""), code=concept.code))
        if entry is not None and (status := _status_in_set(entry)):
            checked.findings.append(
                findings.DEPRECATED_IN_SET.found(
                    asked.at("code"),
                    code=concept.code,
                    system=checked.system.url,
                    value_set=self.value_set.canonical,
                    status=status,
                )
            )

    def _words(self, checked: Checked) -> None:
        given = checked.asked.coding.get("display")
        if not isinstance(given, str) or not given or self.wishes.membership_only:
            return
        assert checked.concept is not None and checked.system is not None
        entry = checked.entry or Entry(checked.system, checked.concept)
        found = displays.check(
            entry,
            given,
            self.wishes.languages,
            checked.asked.at("display"),
            lenient=self.wishes.lenient_display,
        )
        if found is not None:
            checked.findings.append(found)

    def _unknown(self, system: str, checked: Checked) -> None:
        checked.findings.append(findings.UNKNOWN_SYSTEM.found(checked.asked.at("system"), system=system))
        checked.unknown.append(system)

    def _without_system(self, system: str, checked: Checked) -> Checked:
        if not included(self.composer, self.value_set, system):
            self._unknown(system, checked)
            return self._outside(checked)
        # The value set may well hold it: what is missing is the system.
        at = checked.asked.at("system")
        checked.findings.append(findings.UNKNOWN_SYSTEM.found(at, system=system))
        if not self.whole_system:
            value_set = self.value_set.canonical or "(unidentified)"
            checked.findings.append(findings.CANNOT_CHECK.found(at, value_set=value_set, system=system))
        checked.caused_by.append(system)
        checked.undecided = True
        return checked

    def _outside(self, checked: Checked) -> Checked:
        """That the value set does not hold it. Nothing to be said when only the system was asked about."""
        if self.whole_system:
            return checked
        kind = findings.THIS_NOT_IN_SET if checked.asked.of_many else findings.NOT_IN_SET
        checked.findings.append(
            kind.found(
                checked.asked.at("code"),
                coding=_written(checked.asked.coding),
                value_set=self.value_set.canonical or "(unidentified)",
            )
        )
        return checked

    def _inferred(self, checked: Checked) -> str:
        """The one system of the value set that has the code."""
        code = str(checked.asked.coding.get("code") or "")
        members = self.composer.members(self.value_set)
        systems = list(dict.fromkeys(url for url, _, c in members if c == code))
        if len(systems) == 1:
            return systems[0]
        looked_in = systems or dict.fromkeys(url for url, _, _ in members)
        words = {"code": code, "value_set": self.value_set.canonical, "systems": ", ".join(looked_in)}
        kind = findings.CANNOT_INFER_ONE if systems else findings.CANNOT_INFER
        checked.findings.append(kind.found("code", **words))
        return ""

    def standings(self, checked: Sequence[Checked]) -> Iterator[Finding]:
        """Doubtful systems and value sets that the answer rests on."""
        try:
            sets = list(self.composer.value_sets(self.value_set))
        except Refused:
            sets = [self.value_set]
        for value_set in sets:
            if status := standing.doubt(value_set, self.value_set):
                yield findings.refers_to(status, "ValueSet", value_set.canonical)
        for one in checked:
            if one.entry and (status := standing.doubt(one.entry.system, self.value_set)):
                yield findings.refers_to(status, "CodeSystem", one.entry.system.canonical)


def check_in_set(
    value_set: ValueSet, asked: Sequence[Asked], library: Library, wishes: Wishes, concept: Json | None = None
) -> Json:
    """The answer of ValueSet/$validate-code. `concept`: the CodeableConcept that the codings are of."""
    checker = Checker(value_set, library, wishes)
    return _answer(checker, [checker.check(a) for a in asked[:CODINGS_MAX]], concept)


def check_in_system(
    system: CodeSystem, asked: Sequence[Asked], library: Library, wishes: Wishes, concept: Json | None = None
) -> Json:
    """The answer of CodeSystem/$validate-code: against all codes of the system."""
    checker = Checker(whole("", system), library, wishes, whole_system=True)
    return _answer(checker, [checker.check(a) for a in asked[:CODINGS_MAX]], concept)


def _answer(checker: Checker, checked: Sequence[Checked], concept: Json | None) -> Json:
    found = [f for one in checked for f in one.findings]
    if concept is not None and not any(one.accepted or one.undecided for one in checked):
        found.insert(
            0, findings.NO_VALID_CODING.found(value_set=checker.value_set.canonical or "(unidentified)")
        )
    wrong = any(f.severity == "error" for f in found) or not any(one.accepted for one in checked)
    found += checker.standings(checked)
    shown = next((one for one in checked if one.accepted), None) or (None if concept else checked[0])
    parameters: list[Json] = [{"name": "result", "valueBoolean": not wrong}]
    parameters += _of_coding(checker, shown) if shown else []
    if concept is not None:
        parameters.append({"name": "codeableConcept", "valueCodeableConcept": concept})
    for name, listed in (("x-unknown-system", "unknown"), ("x-caused-by-unknown-system", "caused_by")):
        systems = dict.fromkeys(s for one in checked for s in getattr(one, listed))
        parameters += [{"name": name, "valueCanonical": s} for s in systems]
    if told := findings.message(found):
        parameters.append({"name": "message", "valueString": told})
    if found:
        parameters.append({"name": "issues", "resource": findings.outcome(found)})
    return {"resourceType": "Parameters", "parameter": sorted(parameters, key=lambda p: str(p["name"]))}


def _of_coding(checker: Checker, shown: Checked) -> list[Json]:
    coding, system, concept = shown.asked.coding, shown.system, shown.concept
    parameters: list[Json] = [{"name": "code", "valueCode": str(coding.get("code") or "")}]
    if url := (coding.get("system") or shown.inferred):
        parameters.append({"name": "system", "valueUri": str(url)})
    if system is not None and system.version:
        parameters.append({"name": "version", "valueString": system.version})
    if system is None or concept is None:
        return parameters
    if concept.code != coding.get("code"):
        parameters.append({"name": "normalized-code", "valueCode": concept.code})
    words = displays.words(shown.entry or Entry(system, concept), checker.wishes.languages)
    if display := words.display or displays.own(shown.entry or Entry(system, concept)).value:
        parameters.append({"name": "display", "valueString": display})
    if concept.inactive:
        parameters.append({"name": "inactive", "valueBoolean": True})
    if (
        concept.status
        and concept.status != "inactive"
        and (concept.inactive or concept.status == "deprecated")
    ):
        parameters.append({"name": "status", "valueCode": concept.status})
    return parameters


def _status_in_set(entry: Entry) -> str:
    """`deprecated` or `withdrawn` when the value set says so of the concept."""
    for extension in (entry.said or {}).get("extension") or ():
        url = str(extension.get("url", ""))
        if url.endswith("/valueset-deprecated") and extension.get("valueBoolean") is True:
            return "deprecated"
        if url.endswith("/structuredefinition-standards-status"):
            said = str(extension.get("valueCode", ""))
            return said if said in ("deprecated", "withdrawn") else ""
    return ""


def _written(coding: Json) -> str:
    """`system|version#code ('display')`."""
    version = f"|{coding['version']}" if coding.get("version") else ""
    display = f" ('{coding['display']}')" if coding.get("display") else ""
    return f"{coding.get('system') or ''}{version}#{coding.get('code') or ''}{display}"
