"""What documents.toml in the data folder says: who we are in document sharing, whom we believe, and whom we ask. Pure.

[community]                                        all of it optional
home = "2.16.578.1.12.4.5.100.99"                  homeCommunityId; without it an OID made of the node's name
repository = "2.16.578.1.12.4.5.100.99.1"
organisation = "999977774"
name = "Storvik kommune"

[[saml]]                                           whose assertions open /xds
issuer = "https://helseid-xdssaml.test.nhn.no"
audience = "nhn:dokumentdeling-saml"
certificate = "helseid-saml.pem"                   PEM in the data folder; several may stand in it
partners = []                                      organisation numbers it may vouch for; [] is any
citizens = false                                   whether it may speak for citizens themselves

[[foreign]]                                        whom we ask
id = "sorvest"
name = "Sørvest sykehus HF"
how = "mhd"                                        or "xca"
base = "https://dokumenter.sorvest.example/mhd"
home = "2.16.578.1.12.4.5.100.7"
audience = "sorvest:documents"
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from akson.fhir.problem import Issue, Problem, ProblemKind
from akson.sharing.documents import codes
from akson.sharing.documents.entry import Community, default_oid

FILE_NAME = "documents.toml"
FOREIGN_MAX = 50
MHD, XCA = "mhd", "xca"
SCOPE = "nhn:phr/mhd/read-documentreferences nhn:phr/mhd/read-document"
_OID = re.compile(r"[0-2](\.(0|[1-9]\d*))+")
_NUMBER = re.compile(r"\d{9}")
_ID = re.compile(r"[a-z0-9\-]{1,40}")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_MEMBERS = {
    "community": {"home", "repository", "organisation", "name", "facility", "practice"},
    "saml": {"issuer", "audience", "certificate", "partners", "citizens", "tenant"},
    "foreign": {"id", "name", "how", "base", "home"},
    "asking": {"scope", "saml"},
}


@dataclass(frozen=True, slots=True)
class SamlIssuer:
    issuer: str
    audience: str
    certificate: str
    """File in the data folder."""
    partners: tuple[str, ...] = ()
    citizens: bool = False
    tenant: int = 1

    def vouches_for(self, organisation: str) -> bool:
        return not self.partners or organisation in self.partners


@dataclass(frozen=True, slots=True)
class Foreign:
    """Another community. `how`: `mhd` or `xca`; `base`: where it answers."""

    id: str
    name: str
    how: str
    base: str
    home: str


@dataclass(frozen=True, slots=True)
class Asking:
    """How we get what is shown to others."""

    scope: str = SCOPE
    saml: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    community: Community
    saml: tuple[SamlIssuer, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    asking: Asking = Asking()


def declared(told: Mapping[str, Any], node_name: str) -> Declared:
    """Raises INVALID AKS-DOC-040 with every fault."""
    faults = [f"`{name}` is not known" for name in sorted(told.keys() - _MEMBERS.keys())]
    ours, saml, foreign = told.get("community", {}), told.get("saml", []), told.get("foreign", [])
    ask = told.get("asking", {})
    tables = [
        ("community", [ours] if isinstance(ours, dict) else []),
        ("saml", _tables(saml)),
        ("foreign", _tables(foreign)),
        ("asking", [ask] if isinstance(ask, dict) else []),
    ]
    for name, rows in tables:
        faults += [f"[{name}] knows no `{m}`" for row in rows for m in sorted(row.keys() - _MEMBERS[name])]
    faults += _community_faults(tables[0][1]) + _saml_faults(tables[1][1]) + _foreign_faults(tables[2][1])
    faults += _asking_faults(tables[3][1], tables[2][1])
    if faults:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-DOC-040",
            f"What {FILE_NAME} says of document sharing is wrong.",
            why=f"{'; '.join(faults)}.",
            now="docs/how-to/documents.md shows one.",
            issues=[Issue("value", fault) for fault in faults],
            permanent=True,
        )
    row = tables[0][1][0]
    home = str(row.get("home") or default_oid(node_name))
    community = Community(
        home=home,
        repository=str(row.get("repository") or f"{home}.1"),
        organisation=str(row.get("organisation", "")),
        name=str(row.get("name") or node_name),
        facility=codes.Coded(str(row.get("facility", "86.901")), codes.FACILITIES, "Hjemmesykepleie"),
        practice=codes.Coded(str(row.get("practice", "KP02")), codes.SERVICES, "Sykepleietjeneste"),
    )
    return Declared(
        community,
        tuple(
            SamlIssuer(**{**one, "partners": tuple(one.get("partners", ()))})  # type: ignore[arg-type]
            for one in tables[1][1]
        ),
        tuple(Foreign(**one) for one in tables[2][1]),  # type: ignore[arg-type]
        Asking(**tables[3][1][0]),  # type: ignore[arg-type]
    )


def _tables(told: object) -> list[dict[str, Any]]:
    return [row for row in told if isinstance(row, dict)] if isinstance(told, list) else []


def _community_faults(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return ["[community] is no table"]
    wrong = [
        f"`{n}` is no OID"
        for n in ("home", "repository")
        if n in rows[0] and not _OID.fullmatch(str(rows[0][n]))
    ]
    number = rows[0].get("organisation")
    return wrong + ["`organisation` has nine digits"] * bool(number and not _NUMBER.fullmatch(str(number)))


def _saml_faults(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    wrong = [
        f"[[saml]] needs `{n}`"
        for row in rows
        for n in ("issuer", "audience", "certificate")
        if not isinstance(row.get(n), str)
    ]
    wrong += [
        "`partners` are organisation numbers"
        for row in rows
        if not isinstance(row.get("partners", []), list)
        or not all(_NUMBER.fullmatch(str(n)) for n in row.get("partners", []))
    ]
    names = [row.get("issuer") for row in rows]
    return wrong + ["an issuer stands twice"] * (len(set(names)) != len(names))


def _foreign_faults(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    wrong = ["too many communities"] * (len(rows) > FOREIGN_MAX)
    for row in rows:
        name = str(row.get("id", ""))
        if not _ID.fullmatch(name) or not row.get("name"):
            wrong.append("[[foreign]] needs `id` (a-z, 0-9, -) and `name`")
        if row.get("how") not in (MHD, XCA):
            wrong.append(f"{name}: `how` is mhd or xca")
        if not _safe(str(row.get("base", ""))):
            wrong.append(f"{name}: `base` is an https address")
        if not _OID.fullmatch(str(row.get("home", ""))):
            wrong.append(f"{name}: `home` is an OID")
    names = [row.get("id") for row in rows]
    return wrong + ["an id stands twice"] * (len(set(names)) != len(names))


def _asking_faults(rows: Sequence[Mapping[str, Any]], foreign: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return ["[asking] is no table"]
    wrong = [f"[asking] `{name}` is no text" for name, value in rows[0].items() if not isinstance(value, str)]
    saml = str(rows[0].get("saml", ""))
    if saml and not _safe(saml):
        wrong.append("[asking] `saml` is an https address")
    if not saml and any(row.get("how") == XCA for row in foreign):
        wrong.append("[asking] needs `saml` where a community is asked by xca")
    return wrong


def _safe(url: str) -> bool:
    """TLS, or this very machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    )
