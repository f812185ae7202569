"""One line read whole: which drug, how it is made, where it goes, how much and when, stopped or run out."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from akson.care.medication.reconciliation import forms
from akson.care.medication.reconciliation.case import Line
from akson.care.medication.reconciliation.dose import read_dose
from akson.care.medication.reconciliation.dose_frame import is_stopped
from akson.care.medication.reconciliation.names import (
    Drug,
    Names,
    canonical,
    named_in,
    product_name,
    product_words,
)
from akson.care.medication.reconciliation.regimen import Regimen
from akson.care.medication.reconciliation.strength import Strength, read_strength
from akson.care.medication.reconciliation.text import fold, key_of

_STOPPED_STATES = frozenset(
    [
        "stopped",
        "stoppet",
        "seponert",
        "sep",
        "sep.",
        "avsluttet",
        "completed",
        "inactive",
        "ended",
        "discontinued",
        "cancelled",
    ]
)
_ORAL_LIQUID, _SOLID = frozenset({"liquid"}), frozenset({"solid", "modified", "piece"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a line. `place` is its list's place in time, 0 the oldest."""

    line: Line
    place: int
    lists: tuple[str, ...]
    """What each list of the case is called in bokmål, by place: `sykehusets liste`."""
    drug: Drug
    product: str
    atc: str
    strength: Strength | None
    kinds: frozenset[str]
    routes: frozenset[str]
    side: str
    regimen: Regimen
    as_needed: bool | None
    stopped: bool
    ended: bool

    @property
    def active(self) -> bool:
        return not self.stopped

    @property
    def modified(self) -> bool:
        return ("modified" in self.kinds and "piece" not in self.kinds) or "patch" in self.kinds

    @property
    def local(self) -> bool:
        return bool(self.routes) and self.routes <= forms.LOCAL


def read_line(line: Line, place: int, lists: tuple[str, ...], names: Names, asof: date | None) -> Reading:
    drug, rest = _drug(line, names)
    dose_text = line.dose
    regimen = read_dose(dose_text, asof)
    if not dose_text and rest:
        regimen = _regimen_in_name(rest, asof)
    strength = read_strength(line.strength) or _strength_in(line, rest, regimen)
    regimen = _times_for_grams(regimen, strength)
    shape = _shape(line, drug, rest, regimen)
    stopped = _stopped(line, regimen, asof)
    return Reading(
        line=line,
        place=place,
        lists=lists,
        drug=drug,
        product=product_name(line.name) if line.name else "",
        atc=_code(line, drug),
        strength=strength,
        kinds=shape.kinds,
        routes=shape.routes,
        side=shape.side,
        regimen=regimen,
        as_needed=_as_needed(line, regimen),
        stopped=stopped,
        ended=not stopped and _ended(line, regimen, asof),
    )


def _drug(line: Line, names: Names) -> tuple[Drug, str]:
    """Substance first, then name, then ATC; where two of three agree the third gives way."""
    by_substance = canonical(names, line.substance) if line.substance else ""
    by_name, rest = named_in(names, line.name) if line.name else ("", "")
    code = line.atc if len(line.atc) == 7 else ""
    by_atc = names.by_atc.get(line.atc, "") if line.atc not in names.shared_atc else ""
    if by_name and "/" in by_name and by_substance and by_substance in by_name.split("/"):
        return names.drug(by_name), rest  # «Cozaar Comp», substance «losartan»: the product says more
    if by_substance and by_name and by_substance != by_name and by_name == by_atc:
        return names.drug(by_name), rest
    if by_substance:
        return names.drug(by_substance), rest if by_name else fold(line.name)
    if by_name and by_name in by_atc.split("/"):
        return names.drug(by_atc), rest  # «Cozaar Cmop» with the code of the combination
    if by_name and by_name != by_atc and by_atc and not _exactly(names, line.name):
        return names.drug(by_atc), rest  # a name that is only nearly known, and a code that says otherwise
    if by_name:
        return names.drug(by_name), rest
    if by_atc:
        return names.drug(by_atc), fold(line.name)
    if line.substance:
        return Drug("?" + _own_letters(line.substance), (code,) if code else (), known=False), fold(line.name)
    if code and not line.name:
        return Drug("?" + code, (code,), known=False), ""
    return Drug("?" + _own_letters(line.name), (code,) if code else (), known=False), _behind_name(line.name)


def _exactly(names: Names, text: str) -> bool:
    words = fold(text).split()
    return any(names.exactly(key_of(" ".join(words[:end]))) for end in range(min(len(words), 4), 0, -1))


def _own_letters(text: str) -> str:
    return product_words(text) or fold(text) or "?"


def _behind_name(text: str) -> str:
    found = re.search(r"\s\d.*$", fold(text))
    return found.group(0).strip() if found else ""


def _code(line: Line, drug: Drug) -> str:
    """The code that classes go by: the table's own unless the line has a whole one of the same substance."""
    if line.atc and (line.atc in drug.atc or not drug.known or not drug.atc):
        return line.atc
    return drug.atc[0] if drug.atc else line.atc


def _regimen_in_name(rest: str, asof: date | None) -> Regimen:
    """`Selo-Zok 50 mg depottabl 1+0+0+0`: the dose stands in the name. A strength alone is none."""
    bare = re.sub(
        r"\d+(?:[.,]\d+)?\s*(?:mg|mikrog|mcg|ug|g|e|ie|mmol|%)(?:\s*/\s*(?:\d+(?:[.,]\d+)?\s*)?(?:mg|ml|g|dose|time|mikrog|e|ie|døgn)?)*\b",
        " ",
        rest,
    )
    if not re.search(
        r"\d\s*[+x*-]|x\s*\d|morg|kveld|vesp|mane|natt|daglig|dgl|hver|uke|behov|v/b|\bvb\b|kl\b|sep\b|seponert|inntil",
        bare,
    ):
        return Regimen()
    return read_dose(bare, asof)


def _strength_in(line: Line, rest: str, regimen: Regimen) -> Strength | None:
    for text in (line.name, line.form, rest):
        if re.search(r"\d", text):
            found = read_strength(re.split(r"\d\s*\+|\d\s*x\s*\d", fold(text))[0])
            if found:
                return found
    if regimen.piece:
        return Strength((regimen.piece[0],), regimen.piece[2])
    return None


DOSES_MAX = 24.0
"""In a day; a most that is more than that many doses, or less than one, was not meant as grams."""


def _times_for_grams(regimen: Regimen, strength: Strength | None) -> Regimen:
    """`1 tabl inntil 3 g daglig` of 15 mg is three times; of 500 mg it is three grams."""
    most, amount = regimen.max_total, regimen.amounts[0] if len(regimen.amounts) == 1 else None
    if not most or not amount or not strength or len(strength.values) != 1:
        return regimen
    if most[2] != strength.unit or amount[2] != strength.per or not amount[1]:
        return regimen
    times, doses = most[1] / 1000, most[1] / (amount[1] * strength.values[0])
    if times != int(times) or not 1 <= times <= 6 or 1 <= doses <= DOSES_MAX:
        return regimen
    return replace(regimen, max_total=None, max_count=times)


def _shape(line: Line, drug: Drug, rest: str, regimen: Regimen) -> forms.Shape:
    form = forms.read_form(line.form)
    if not form.kinds and not form.routes:
        behind = forms.read_form(rest or "")
        form = behind if behind.kinds or behind.routes else form
    by_name = forms.modified_by_name(line.name, product_name(line.name))
    if not form.kinds and not form.routes:
        device = (
            forms.read_form(line.name)
            if not drug.key.startswith("?") and " " in line.name.strip()
            else forms.Shape()
        )
        if device.routes and device.routes <= forms.LOCAL | {"patch", "rectal"}:
            form = device
    kinds = form.kinds
    if by_name and (not kinds or kinds & frozenset({"solid", "modified"})):
        # A tablet of a name that is only made as modified release: which of the two was meant is not known.
        kinds = by_name if not kinds or "modified" in kinds else kinds | by_name
    folded_dose = fold(line.dose)
    routes = _routes(line, form.routes, kinds, folded_dose)
    if not kinds and not routes & (forms.LOCAL | {"injection", "rectal", "patch"}):
        kinds = _kinds_of_units(regimen, folded_dose, drug)
    side = (
        forms.side_in(fold(line.route)) or forms.side_in(folded_dose) or form.side or _side_in_name(line.name)
    )
    eye_like = bool(routes & {"eye", "ear", "nasal"}) or (
        drug.atc[:1] and drug.atc[0][:3] in ("S01", "S02", "S03")
    )
    return forms.Shape(kinds, routes, side if eye_like or not routes else "")


def _side_in_name(name: str) -> str:
    found = re.search(r"\b(?:høyre|venstre|begge|hø|ve)\b\.?", fold(name))
    return forms.side_in(found.group(0)) if found else ""


def _routes(line: Line, by_form: frozenset[str], kinds: frozenset[str], dose: str) -> frozenset[str]:
    """Field, form and dose text together: what all of them leave possible, else what the field says."""
    said = forms.routes_in(line.route)
    by_dose = forms.dose_routes_in(dose)
    routes = by_form
    if said == {forms.ORAL} and by_form == {forms.ORAL, forms.TONGUE}:
        routes = by_form  # through the mouth, as lists say of a sublingual tablet
    elif said:
        routes = (routes & said) or said
        if "patch" in said and "skin" in said and kinds and "patch" not in kinds:
            routes = routes - {"patch"} or routes
    elif by_dose:
        routes = (routes & by_dose) or (routes if routes else by_dose)
    if not routes and "modified" in kinds:
        routes = frozenset({forms.ORAL})
    return routes


def _kinds_of_units(regimen: Regimen, dose: str, drug: Drug) -> frozenset[str]:
    units = {a[2] for a in regimen.amounts if a}
    if units == {"ml"} and not (drug.atc and drug.atc[0].startswith("A10A")):
        return _ORAL_LIQUID
    if units == {"n"} and re.search(r"\d\s*(?:tab|tbl|kaps|kap\b)", dose):
        return _SOLID
    return frozenset()


def _stopped(line: Line, regimen: Regimen, asof: date | None) -> bool:
    if line.status in _STOPPED_STATES:
        return True
    if regimen.stopped:
        return not (line.stop and asof and line.stop > asof)
    return any(is_stopped(text) for text in (line.name, line.strength, line.form, line.status) if text)


def _ended(line: Line, regimen: Regimen, asof: date | None) -> bool:
    if asof is None:
        return False
    if line.stop is not None:
        return line.stop < asof
    if regimen.until is not None:
        return regimen.until < asof
    if line.start is not None and regimen.days:
        return line.start + timedelta(days=regimen.days) < asof
    return False


def _as_needed(line: Line, regimen: Regimen) -> bool | None:
    if line.asneeded or regimen.as_needed:
        return True
    if line.asneeded is False or regimen.said:
        return False
    return None


def component_of(reading: Reading, drug: Drug, value: float | None) -> Reading:
    """A combination's line as if it were of one of its components alone, of which it holds `value`."""
    held = reading.strength
    part = Strength((value,), held.unit, held.per) if held and value is not None else None
    regimen = reading.regimen
    if part is None or any(a and a[2] not in ("n", "ml") for a in regimen.amounts):
        regimen = replace(regimen, amounts=())  # an amount in milligrams of which component nobody knows
    return replace(
        reading, drug=drug, strength=part, regimen=regimen, atc=drug.atc[0] if drug.atc else "", product=""
    )


@dataclass(frozen=True, slots=True)
class Group:
    """All lines of one drug, over all lists."""

    drug: Drug
    readings: tuple[Reading, ...]

    def at(self, place: int) -> tuple[Reading, ...]:
        return tuple(r for r in self.readings if r.place == place)
