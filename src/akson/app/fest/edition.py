"""From what a file says to what the node uses: rows of names, and rows of rules. Pure.

An interaction becomes a rule as it stands: its relevance is its gravity, its words are the register's own, its source is the
register with the reference that it names. One that the register says needs nothing done makes no rule, by its own guide.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from akson.app.fest.catalogue import Catalogue, Interaction, Product, Substance

PAGE = "https://www.dmp.no/om-oss/distribusjon-av-legemiddeldata/fest"
"""Where anybody may fetch and read the register, for what has no reference with an address of its own."""
SEVERITY = {"1": "critical", "2": "warning"}
"""Relevans: 1 bør unngås, 2 forholdsregler bør tas, 3 ingen tiltak nødvendig."""
NOTHING_TO_DO = "3"
_INSTEAD = {
    "1": "FEST: bør unngås. Ta det opp med legen.",
    "2": "FEST: forholdsregler bør tas. Ta det opp med legen.",
}
_BY_HTTPS = ("www.ncbi.nlm.nih.gov", "pubmed.ncbi.nlm.nih.gov", "doi.org", "dx.doi.org", "www.ema.europa.eu")
"""Houses that older references name by http and that answer by https."""


@dataclass(frozen=True, slots=True)
class Made:
    id: str
    """`FEST 2026-11-15`."""
    names: tuple[Mapping[str, str], ...]
    rules: tuple[Mapping[str, object], ...]
    left_out: Counter[str]
    """Interactions that made no rule, by why: `nothing to do`, `relevance unknown`, `without a code`."""


def made(catalogue: Catalogue) -> Made:
    assert catalogue.fetched is not None, "read() gives no catalogue without it"
    id = f"FEST {catalogue.fetched.date().isoformat()}"
    left_out: Counter[str] = Counter()
    codes = _Codes(catalogue)
    rules = tuple(
        sorted(_rules(catalogue.interactions, codes, id, left_out), key=lambda rule: str(rule["id"]))
    )
    return Made(id, tuple(_names(catalogue)), rules, left_out)


class _Codes:
    """Which codes a substance of an interaction has: its own, those of its products, and combinations that hold it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._of_substance: dict[str, set[str]] = {}
        self._holding: dict[str, set[str]] = {}
        for product in catalogue.products:
            if not product.atc:
                continue
            parts = _substances(catalogue, product)
            if len(parts) == 1:
                self._of_substance.setdefault(parts[0], set()).add(product.atc)
                continue
            for ref in product.with_strength:
                strength = catalogue.strengths.get(ref)
                if strength and strength.combination and strength.combination != product.atc:
                    self._holding.setdefault(strength.combination, set()).add(product.atc)
        self._base = catalogue.base

    def of(self, substance: Substance) -> tuple[str, ...]:
        if substance.atc:
            return (substance.atc,)
        found = [self._of_substance.get(self._base.get(ref, ref), set()) for ref in substance.refs]
        return tuple(sorted(set().union(*found)))

    def group(self, substances: Iterable[Substance]) -> list[str]:
        own = {code for one in substances for code in self.of(one)}
        held = {
            whole
            for part, wholes in self._holding.items()
            if part.startswith(tuple(own) or ("-",))
            for whole in wholes
        }
        return sorted(own | held)


def _rules(
    interactions: Iterable[Interaction], codes: _Codes, id: str, left_out: Counter[str]
) -> Iterator[Mapping[str, object]]:
    for one in interactions:
        if one.relevance not in SEVERITY:
            left_out["nothing to do" if one.relevance == NOTHING_TO_DO else "relevance unknown"] += 1
            continue
        groups = [codes.group(group) for group in one.groups]
        if len(groups) < 2 or not all(groups):
            left_out["without a code"] += 1
            continue
        source, url = _source(one, id)
        told = [one.consequence, f"Gjelder når: {one.situation}" if one.situation else "", one.mechanism]
        yield {
            "id": f"fest-{one.id}",
            "kind": "interaction",
            "severity": SEVERITY[one.relevance],
            "title": " sammen med ".join(f"{{{n}}}" for n in range(len(groups))),
            "words": " ".join(part for part in told if part),
            "now_do": one.handling or _INSTEAD[one.relevance],
            "source": source,
            "url": url,
            "groups": groups,
        }


def _source(one: Interaction, id: str) -> tuple[str, str]:
    """The register, the first reference that has an address (else the first), and where it is read."""
    links = [(name, link) for name, link in ((n, _https(url)) for n, url in one.references) if link]
    name, link = links[0] if links else (one.references[0][0] if one.references else "", PAGE)
    return f"{id}: {name}" if name else id, link


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname in _BY_HTTPS:
        return parts._replace(scheme="https").geturl()
    return ""


def _substances(catalogue: Catalogue, product: Product) -> list[str]:
    """Ids of its substances, salts as what they are salts of, in their order."""
    refs = [s.substance for ref in product.with_strength if (s := catalogue.strengths.get(ref))]
    return list(dict.fromkeys(catalogue.base.get(ref, ref) for ref in (*refs, *product.without)))


def _names(catalogue: Catalogue) -> Iterator[Mapping[str, str]]:
    """One row for each product, and one for what each substance is called elsewhere; the same row once."""
    seen: set[tuple[str, ...]] = set()
    for product in sorted(catalogue.products, key=lambda p: p.id):
        parts = _substances(catalogue, product)
        names = [catalogue.names.get(ref, "") for ref in parts]
        if not names or not all(names):
            continue
        strengths = [
            s.words for ref in product.with_strength if (s := catalogue.strengths.get(ref)) and s.words
        ]
        substance = "/".join(name.lower() for name in names)
        row = {
            "name": product.name or substance,
            "substance": substance,
            "atc": product.atc,
            "strength": "/".join(strengths),
            "form": product.form.lower(),
            "numbers": "|".join(sorted(catalogue.numbers.get(product.id, ()))),
        }
        if (key := tuple(row.values())) not in seen:
            seen.add(key)
            yield row
        for ref, name in zip(parts, names, strict=True):
            english = catalogue.english.get(ref, "").lower()
            if english and english != name.lower() and (english, name) not in seen:
                seen.add((english, name))
                yield {
                    "name": english,
                    "substance": name.lower(),
                    "atc": "",
                    "strength": "",
                    "form": "",
                    "numbers": "",
                }
