"""Which substance a name, a substance text or an ATC code means. What no table knows is aligned by its own letters."""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from akson.care.medication.reconciliation.text import fold, key_of, slips, slips_allowed, sound_of

_TABLE = Path(__file__).parent / "knowledge" / "substances.csv"
_SALTS = [
    "hydroklorid",
    "hydrochloride",
    "hcl",
    "natrium",
    "sodium",
    "kalium",
    "kalsium",
    "suksinat",
    "succinate",
    "tartrat",
    "bitartrat",
    "besilat",
    "besylat",
    "maleat",
    "fumarat",
    "sulfat",
    "mesilat",
    "acetat",
    "dihydrat",
    "monohydrat",
    "hydrobromid",
    "klorid",
    "bromid",
    "sitrat",
    "nitrat",
    "fosfat",
    "arginin",
    "magnesiumdihydrat",
    "magnesium",
    "trihydrat",
    "dinatrium",
    "eteksilat",
    "medoksomil",
    "cileksetil",
    "proteinhippurat",
    "hemihydrat",
    "suksinate",
    "hydrogenfumarat",
    "hydrogentartrat",
    "tosilat",
    "oksalat",
    "dietylamin",
    "depot",
    "retard",
    "comp",
]
# Makers, and words of form, strength and package that people write behind a name.
_NOISE = frozenset(
    [
        "sandoz",
        "teva",
        "actavis",
        "orifarm",
        "krka",
        "mylan",
        "accord",
        "orion",
        "xiromed",
        "bluefish",
        "hexal",
        "ratiopharm",
        "pfizer",
        "aurobindo",
        "stada",
        "viatris",
        "medical",
        "pharma",
        "abcur",
        "2care4",
        "naf",
        "sa",
        "apotek",
        "vitabalans",
        "zentiva",
        "amneal",
        "glenmark",
        "fairmed",
        "fair",
        "med",
        "medac",
        "ebb",
        "evolan",
        "bmm",
        "paranova",
        "farmagon",
        "nycomed",
        "takeda",
        "weifa",
        "karo",
        "gsk",
        "bayer",
        "msd",
        "novartis",
        "roche",
        "tabl",
        "tab",
        "tabs",
        "tbl",
        "tablett",
        "tabletter",
        "depottab",
        "depottabl",
        "depottablett",
        "depottabletter",
        "kaps",
        "kapsel",
        "kapsler",
        "enterotab",
        "enterotabl",
        "enterotablett",
        "enterokapsel",
        "mikst",
        "mikstur",
        "krem",
        "salve",
        "gel",
        "inj",
        "injeksjon",
        "stikkpille",
        "stikkpiller",
        "supp",
        "plaster",
        "depotplaster",
        "oppl",
        "dråper",
        "dr",
        "spray",
        "inhalasjonspulver",
        "inh",
        "aerosol",
        "nesespray",
        "øyedråper",
        "øyedr",
        "mg",
        "g",
        "mikrog",
        "mcg",
        "ug",
        "ml",
        "e",
        "ie",
        "flexpen",
        "solostar",
        "kwikpen",
        "penfill",
        "turbuhaler",
        "diskus",
        "evohaler",
        "easyhaler",
        "handihaler",
        "respimat",
        "drasjert",
        "filmdrasjert",
        "brusetabl",
        "tyggetabl",
        "smeltetabl",
        "munntørr",
        "stk",
        "d",
        "vnr",
        "endosebeholder",
        "pulver",
        "granulat",
        "liniment",
        "hetteglass",
        "ampulle",
    ]
)


@dataclass(frozen=True, slots=True)
class Drug:
    """A substance or a combination: `losartan/hydroklortiazid` has two components, in order of the alphabet."""

    key: str
    atc: tuple[str, ...] = ()
    known: bool = True

    @property
    def components(self) -> tuple[str, ...]:
        return tuple(self.key.split("/"))


@dataclass(slots=True)
class Names:
    """The table, ready to be asked. Built once; `with_rows` and `with_register` give others with names added."""

    by_name: dict[str, str] = field(default_factory=dict)
    by_sound: dict[str, str] = field(default_factory=dict)
    by_atc: dict[str, str] = field(default_factory=dict)
    shared_atc: set[str] = field(default_factory=set)
    atc_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    brands: set[str] = field(default_factory=set)
    register: dict[str, str] = field(default_factory=dict)
    """Names of a register of medicines, known by their own letters alone: nothing is a slip of the pen away from them."""
    _near: dict[str, str] = field(default_factory=dict)
    _buckets: dict[str, list[str]] = field(default_factory=dict)

    def add(self, substance: str, atc: Iterable[str], also: Iterable[str], brands: Iterable[str]) -> None:
        key = combined(substance)
        codes = tuple(code for code in atc if code)
        self.atc_of[key] = (
            *self.atc_of.get(key, ()),
            *(c for c in codes if c not in self.atc_of.get(key, ())),
        )
        for code in codes:
            if self.by_atc.setdefault(code, key) != key:
                self.shared_atc.add(code)
        for name in (substance, *also, *brands):
            self._name(name, key)
        self.brands.update(key_of(name) for name in brands)

    def _name(self, name: str, key: str) -> None:
        plain = key_of(combined(name)) if "/" in name else key_of(name)
        if plain:
            self.by_name.setdefault(plain, key)
            self.by_sound.setdefault(sound_of(plain), key)

    def drug(self, key: str) -> Drug:
        return Drug(key, self.atc_of.get(key, ()))

    def named(self, text: str) -> str:
        """Key of what is named, exactly or as it sounds; "" when no table knows it."""
        plain = key_of(text)
        if not plain:
            return ""
        return self.exactly(plain) or self.by_sound.get(sound_of(plain), "")

    def exactly(self, plain: str) -> str:
        """Key of what bears this name, letter by letter (`key_of`)."""
        return self.by_name.get(plain) or self.register.get(plain, "")

    def near(self, text: str) -> str:
        """Key of the one known name that the text is a slip of the pen away from; "" when none or two are."""
        plain = key_of(text)
        if plain not in self._near:
            if len(self._near) > 20_000:
                self._near.clear()
            self._near[plain] = self._nearest(plain)
        return self._near[plain]

    def _nearest(self, plain: str) -> str:
        limit = slips_allowed(plain)
        if not limit:
            return ""
        if not self._buckets:
            for name in self.by_name:
                self._buckets.setdefault(name[:1], []).append(name)
        best, found = limit + 1, set()
        for bucket in (plain[:1], *(letter for letter in self._buckets if letter != plain[:1])):
            # A slip in the first letter is rare: one slip at most, and only where no other name fits.
            reach = limit if bucket == plain[:1] else 1
            if bucket != plain[:1] and (found or len(plain) < 7):
                break
            for name in self._buckets.get(bucket, ()):
                away = slips(plain, name, min(reach, slips_allowed(name)))
                if away > min(reach, slips_allowed(name)) or away > best:
                    continue
                found = {self.by_name[name]} if away < best else found | {self.by_name[name]}
                best = away
        return next(iter(found)) if len(found) == 1 else ""


def combined(text: str) -> str:
    """`amlodipin/valsartan` for whichever order and sign: `Valsartan + amlodipin`, `valsartan og amlodipin`."""
    parts = [
        p.strip()
        for p in re.split(r"\s*(?:/|\+|&|;|,(?!\d)|\bog\b|\band\b|\bmed\b)\s*", fold(text))
        if p.strip()
    ]
    return "/".join(sorted(parts))


@lru_cache(maxsize=1)
def own_names() -> Names:
    """The table that comes with Akson."""
    names = Names()
    with _TABLE.open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        for row in rows:
            cells = {column: [p for p in row[column].split("|") if p] for column in ("atc", "also", "brands")}
            names.add(row["substance"], cells["atc"], cells["also"], cells["brands"])
    return names


_held: dict[str, Names] = {}


def names_in_use() -> Names:
    """What this process reads names by: the table that comes with Akson, and the register that its node has imported."""
    return _held.get("names") or own_names()


def use(names: Names | None) -> None:
    """Said once, when a node is opened; None: the own table alone."""
    _held.clear()
    if names is not None:
        _held["names"] = names


def _copy() -> Names:
    own = own_names()
    return Names(
        dict(own.by_name),
        dict(own.by_sound),
        dict(own.by_atc),
        set(own.shared_atc),
        dict(own.atc_of),
        set(own.brands),
    )


def with_register(rows: Iterable[Mapping[str, str]]) -> Names:
    """The table and a register's rows `name,substance,atc`; a combination's substances stand apart by `/`.

    Where both know a name, the own table's word stands. Official names are not misspelt: a substance is the table's only
    when it is written the same (its salt aside) or bears a code that stands for that substance alone.
    """
    names = _copy()
    for row in rows:
        name, substance, atc = (str(row.get(column) or "").strip() for column in ("name", "substance", "atc"))
        if not substance:
            continue
        key = _official(names, substance, atc if len(atc) == 7 else "")
        if key not in names.atc_of:
            names.atc_of[key] = (atc,) if len(atc) == 7 else ()
            # A code that our own table reads is read as before, whatever else the register gives it to.
            if len(atc) == 7 and names.by_atc.setdefault(atc, key) != key and atc not in own_names().by_atc:
                names.shared_atc.add(atc)
        for word in (substance, name):
            plain = key_of(combined(word)) if "/" in word else key_of(word)
            if plain:
                names.register.setdefault(plain, key)
        brand = product_name(name)
        if brand and brand not in (key_of(part) for part in key.split("/")) and not names.by_name.get(brand):
            names.register.setdefault(brand, key)
            names.brands.add(brand)
    return names


def _official(names: Names, substance: str, atc: str) -> str:
    parts = combined(substance).split("/")
    known = [
        names.by_name.get(key_of(part)) or names.by_name.get(key_of(_without_salt(part)), "")
        for part in parts
    ]
    by_code = names.by_atc.get(atc, "") if atc not in names.shared_atc else ""
    if len(parts) == 1:
        same = by_code if by_code and "/" not in by_code else ""
        return known[0] or same or parts[0]
    key = "/".join(sorted(k if k and "/" not in k else part for k, part in zip(known, parts, strict=True)))
    return names.by_name.get(key_of(key)) or key


def with_rows(rows: Iterable[Mapping[str, str]]) -> Names:
    """The table and an operator's rows `name,substance,atc`. Where both know a name, the operator's word counts less."""
    names = _copy()
    for row in rows:
        name, substance, atc = (str(row.get(column) or "").strip() for column in ("name", "substance", "atc"))
        known = canonical(names, substance) if substance else ""
        known = (
            known or names.named(name) or (names.by_atc.get(atc, "") if atc not in names.shared_atc else "")
        )
        if not (known or substance or name):
            continue
        names.add(known or substance or name, [atc] if len(atc) == 7 else [], [substance], [name])
        if known and name:
            names._name(name, known)
    return names


def canonical(names: Names, text: str) -> str:
    """Key of a substance text, component by component; salts ignored. "" when a part is unknown."""
    whole = names.named(combined(text)) or names.named(text)
    if whole:
        return whole
    parts = [p for p in combined(text).split("/") if p]
    found = [_component(names, part) for part in parts]
    if not parts or not all(found):
        return ""
    key = "/".join(sorted(set("/".join(found).split("/"))))
    return names.named(key) or key


def _component(names: Names, part: str) -> str:
    exact = names.named(part)
    if exact:
        return exact
    bare = _without_salt(part)
    return names.named(bare) or names.near(part) or (names.near(bare) if bare != part else "")


def _without_salt(part: str) -> str:
    kept = [w for w in part.split() if w not in _SALTS] or part.split()
    word = " ".join(kept)
    for salt in _SALTS:
        if len(word) - len(salt) >= 5 and word.endswith(salt):
            return word.removesuffix(salt)
    return word


def product_words(text: str) -> str:
    """A product name without maker, form, strength and number: what brand it is."""
    words = re.findall(r"[a-zæøå0-9'-]+", fold(text))
    kept = [
        word
        for before, word in zip(["", *words], words, strict=False)
        if not word[0].isdigit()
        and (word not in _NOISE or (len(word) == 1 and before and not before[0].isdigit()))
    ]
    return " ".join(kept)


def product_name(text: str) -> str:
    return key_of(product_words(text))


def named_in(names: Names, text: str) -> tuple[str, str]:
    """(key, the rest of the text) of the medicine that a free text begins with, else names anywhere; ("", text)."""
    folded = fold(text)
    whole = names.named(folded) or (
        canonical(names, folded) if "/" in folded or " og " in folded or "+" in folded else ""
    )
    if whole:
        return whole, ""
    tokens = folded.split()
    for exact in (True, False):
        for start in range(min(len(tokens), 4)):
            for end in range(min(len(tokens), start + 5), start, -1):
                words = " ".join(tokens[start:end]).strip(",.;:()")
                if words in _NOISE or not re.search(r"[a-zæøå]{3}", words):
                    continue
                key = names.named(words) if exact else _inexact(names, words)
                if key:
                    longer = _longer(names, words, tokens[end]) if exact and end < len(tokens) else ""
                    end += bool(longer)
                    return longer or key, " ".join((*tokens[:start], *tokens[end:]))
    return "", folded


def _longer(names: Names, words: str, token: str) -> str:
    """Key of `Cozaar Comp` for `Cozaar` before `cmop`: a slip in the second word of a known product."""
    first, second = key_of(words), key_of(token)
    if len(second) < 4 or not second.isalpha() or second in _NOISE:
        return ""
    found = {
        key
        for name, key in names.by_name.items()
        if len(name) >= len(first) + 4
        and name.startswith(first)
        and slips(second, name[len(first) :], 1) <= 1
    }
    return found.pop() if len(found) == 1 else ""


def _inexact(names: Names, words: str) -> str:
    """A misspelt name, or a substance with its salt."""
    if " " in words and not re.fullmatch(r"[a-zæøå/+ -]+", words):
        return ""
    return names.near(words) or (
        canonical(names, words) if " " not in words or "/" in words else names.named(_without_salt(words))
    )
