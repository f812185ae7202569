"""Which version of a code system a coding is to be judged by, when value set, coding and parameters each say theirs.

The include decides; a parameter may decide for it; the coding's own version must agree, and is what counts where nothing
else says one. Spec: https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig, the version cases.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from akson.terminology import findings, versions
from akson.terminology.composing import Composer
from akson.terminology.concepts import CodeSystem, Content
from akson.terminology.findings import Finding
from akson.terminology.library import ValueSet
from akson.terminology.refusal import Refused

At = Callable[[str], str]


@dataclass(slots=True)
class Settled:
    systems: list[CodeSystem]
    """To judge by, best first; none when no version is known."""
    findings: list[Finding] = field(default_factory=list)
    """What is wrong with the versions."""
    unknown: list[str] = field(default_factory=list)
    """`url|version` that would have been needed."""
    undecided: bool = False
    """The value set means a version that is not known: whether it holds the code cannot be told."""


@dataclass(slots=True)
class _Judged:
    system: CodeSystem | None
    findings: list[Finding] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    undecided: bool = False


def settle(composer: Composer, value_set: ValueSet, url: str, given: str, at: At) -> Settled:
    named = included(composer, value_set, url) or [""]
    judged = [_judge(composer, url, version, given, at) for version in named]
    clean = [j for j in judged if j.system is not None and not j.findings]
    if clean:
        by_version = {j.system.version: j.system for j in clean if j.system}
        return Settled(sorted(by_version.values(), key=_age, reverse=True))
    doubtful = judged[0]
    usable = doubtful.system is not None and doubtful.system.content is not Content.NOT_PRESENT
    systems = [doubtful.system] if usable and doubtful.system else []
    return Settled(systems, doubtful.findings, doubtful.unknown, doubtful.undecided)


def _age(system: CodeSystem) -> tuple[tuple[int, int, str], ...]:
    return versions.order(system.version)


def included(composer: Composer, value_set: ValueSet, url: str) -> list[str]:
    """The versions that includes of this system name, in the value set and what it imports."""
    found: dict[str, None] = {}
    try:
        for one in composer.value_sets(value_set):
            for include in one.compose.get("include") or ():
                if include.get("system") == url:
                    found[str(include.get("version") or "")] = None
    except Refused as refused:
        if refused.id != "AKS-TERMINOLOGY-032":
            raise
    return list(found)


def _judge(composer: Composer, url: str, included: str, given: str, at: At) -> _Judged:
    library, chosen = composer.library, composer.wishes.version_of(url, included)
    own = library.system(url, given) if given else None
    system = library.system(url, chosen.version)
    judged = _Judged(system)
    if system is None and chosen.version and library.versions(url):
        _unknown(judged, composer, url, chosen.version, at)
        judged.undecided = True
        judged.system = (
            own or library.system(url, composer.wishes.version_of(url, "").version) or library.system(url)
        )
    if given:
        _agree(judged, composer, url, included, given, at)
    if judged.system is not None:
        _demanded(judged, composer, url, at)
    return judged


def _agree(judged: _Judged, composer: Composer, url: str, included: str, given: str, at: At) -> None:
    """The version in the coding against the one that counts."""
    library, chosen = composer.library, composer.wishes.version_of(url, included)
    own = library.system(url, given)
    if own is not None and versions.matches(chosen.version, own.version):
        judged.system = own
        return
    if judged.system is None:
        return
    words = {"system": url, "given": given}
    where = at("version")
    if not chosen.version:
        judged.findings.append(
            findings.OTHER_VERSION_BY_DEFAULT.found(where, version=judged.system.version, **words)
        )
    elif chosen.rule:
        judged.findings.append(
            findings.OTHER_VERSION_BY_RULE.found(where, version=chosen.version, included=included, **words)
        )
    else:
        judged.findings.append(findings.OTHER_VERSION.found(where, version=chosen.version, **words))
    if own is None:
        _unknown(judged, composer, url, given, at)


def _demanded(judged: _Judged, composer: Composer, url: str, at: At) -> None:
    wanted = composer.wishes.rules.check.get(url, "")
    assert judged.system is not None
    if not versions.matches(wanted, judged.system.version):
        judged.findings.append(
            findings.VERSION_NOT_ALLOWED.found(
                at("version"), version=judged.system.version, system=url, wanted=wanted
            )
        )


def _unknown(judged: _Judged, composer: Composer, url: str, version: str, at: At) -> None:
    valid = findings.alternatives(composer.library.versions(url))
    judged.findings.append(
        findings.UNKNOWN_VERSION.found(at("system"), system=url, version=version, valid=valid)
    )
    judged.unknown.append(f"{url}|{version}")
