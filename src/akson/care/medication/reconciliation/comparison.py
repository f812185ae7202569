"""Two lines of one drug held together: in what they differ, by the classes and precedence of the README."""

from akson.care.medication.reconciliation.reading import Reading
from akson.care.medication.reconciliation.regimen import Amount, Regimen
from akson.care.medication.reconciliation.strength import close

ROUTE, FORM, AS_NEEDED, DOSE, FREQUENCY, STRENGTH = (
    "route",
    "form",
    "asneeded-vs-fixed",
    "dose",
    "frequency",
    "strength",
)
PRECEDENCE = (ROUTE, FORM, AS_NEEDED, DOSE, FREQUENCY, STRENGTH)
LONG_DAYS = 28.0
ROUGHLY = 0.09
"""Between intervals of a month or more: 12 weeks, 90 days and 3 months are one."""

Values = tuple[float, ...]
Range = tuple[Values, Values]
"""Least and most of one dose; one value, or one for each component of a combination."""


def difference(a: Reading, b: Reading) -> str:
    """The class of the first difference that counts; "" when nothing that both say differs."""
    if _routes_differ(a, b):
        return ROUTE
    if _forms_differ(a, b):
        return FORM
    if a.as_needed is not None and b.as_needed is not None and a.as_needed != b.as_needed:
        return AS_NEEDED
    return _regimens(a, b)


def _routes_differ(a: Reading, b: Reading) -> bool:
    shared = a.routes & b.routes
    if (
        a.routes
        and b.routes
        and (not shared or (shared == {"vaginal"} and len(a.routes) > 1 < len(b.routes)))
    ):
        return True
    return bool(a.side and b.side and a.side != b.side)


_GROUPS = (
    (frozenset({"solid"}), frozenset({"modified"})),
    (frozenset({"solid", "modified", "piece"}), frozenset({"liquid"})),
    (frozenset({"aerosol"}), frozenset({"nebuliser"})),
    (frozenset({"aerosol"}), frozenset({"inhaled-powder"})),
    (frozenset({"inhaled-powder"}), frozenset({"nebuliser"})),
    (frozenset({"cream"}), frozenset({"ointment"})),
    (frozenset({"cream"}), frozenset({"gel"})),
    (frozenset({"gel"}), frozenset({"ointment"})),
    (frozenset({"cream", "ointment", "gel"}), frozenset({"skin-liquid"})),
    (frozenset({"suppository"}), frozenset({"enema"})),
    (frozenset({"suppository", "enema"}), frozenset({"rectal-ointment"})),
    (frozenset({"vaginal-solid"}), frozenset({"cream"})),
    (frozenset({"vaginal-solid", "cream"}), frozenset({"ring"})),
    (frozenset({"drops"}), frozenset({"eye-ointment"})),
)


def _forms_differ(a: Reading, b: Reading) -> bool:
    if not a.kinds or not b.kinds or a.kinds & b.kinds:
        return False
    return any(
        (a.kinds <= one and b.kinds <= other) or (a.kinds <= other and b.kinds <= one)
        for one, other in _GROUPS
    )


def _regimens(a: Reading, b: Reading) -> str:
    differs = _strengths_differ(a, b)
    if not a.regimen.said or not b.regimen.said:
        return STRENGTH if differs else ""
    doses = _measured(a, b)
    found = _needed(a, b, doses) if a.as_needed and b.as_needed else _fixed(a, b, doses)
    if found:
        return found
    return STRENGTH if differs else ""


def _strengths_differ(a: Reading, b: Reading) -> bool:
    return bool(
        a.strength and b.strength and a.strength.comparable(b.strength) and not a.strength.same(b.strength)
    )


def _measured(a: Reading, b: Reading) -> tuple[list[Range | None], list[Range | None]]:
    """Amounts of both in one measure: by content where both tell it, else in pieces or as they stand."""
    if (a.strength and b.strength) or any(
        x and x[2] not in ("n", "ml") for r in (a, b) for x in r.regimen.amounts
    ):
        by_content = (_contents(a), _contents(b))
        if all(side and all(side) for side in by_content) and _one_measure(*by_content):
            return [s and s[1] for s in by_content[0]], [s and s[1] for s in by_content[1]]
    as_written = _one_unit([_written(x) for x in a.regimen.amounts], [_written(x) for x in b.regimen.amounts])
    if all(side and all(side) for side in as_written) and _one_measure(*as_written):
        return [s and s[1] for s in as_written[0]], [s and s[1] for s in as_written[1]]
    return [], []


Measured = tuple[str, Range]


def _written(amount: Amount | None) -> Measured | None:
    return (amount[2], ((amount[0],), (amount[1],))) if amount else None


def _one_unit(
    a: list[Measured | None], b: list[Measured | None]
) -> tuple[list[Measured | None], list[Measured | None]]:
    """`6+6+8` of insulin against `6 E … 8 E`: bare numbers are units where the other side says units."""
    if {m[0] for m in (*a, *b) if m} != {"n", "E"}:
        return a, b
    return [m and ("E", m[1]) for m in a], [m and ("E", m[1]) for m in b]


def _contents(reading: Reading) -> list[Measured | None]:
    return [content(reading, amount) for amount in reading.regimen.amounts]


def content(reading: Reading, amount: Amount | None) -> Measured | None:
    """How much of the substance an amount holds: («mg», ((500,), (1000,))) for 1–2 tablets of 500 mg."""
    if amount is None:
        return None
    low, high, unit = amount
    strength = reading.strength
    if unit not in ("n", "ml"):
        return unit, ((low,), (high,))
    if strength is None:
        return None
    if (unit, strength.per) in (("n", "n"), ("ml", "ml")) or (unit == "n" and strength.per in ("h", "ml")):
        if unit == "n" and strength.per == "ml":
            return f"{strength.unit}/ml", (
                tuple(low * v for v in strength.values),
                tuple(high * v for v in strength.values),
            )
        return f"{strength.unit}{'/h' if strength.per == 'h' else ''}", (
            tuple(low * v for v in strength.values),
            tuple(high * v for v in strength.values),
        )
    return None


def _one_measure(a: list[Measured | None], b: list[Measured | None]) -> bool:
    units = {s[0] for s in (*a, *b) if s}
    widths = {len(s[1][0]) for s in (*a, *b) if s}
    return len(units) == 1 and len(widths) == 1


def _fixed(a: Reading, b: Reading, doses: tuple[list[Range | None], list[Range | None]]) -> str:
    ra, rb = a.regimen, b.regimen
    same_interval = _intervals_agree(ra, rb)
    amounts = _spread(doses[0], ra), _spread(doses[1], rb)
    total = None
    if amounts[0] and amounts[1]:
        each = _all_equal(amounts[0], amounts[1])
        total = _totals_equal(_total(amounts[0], ra), _total(amounts[1], rb))
        if ra.count is None or rb.count is None:
            return ("" if same_interval else FREQUENCY) if each else DOSE
        if not same_interval:
            return FREQUENCY if each or total else DOSE
        if ra.count == rb.count:
            if not total:
                return DOSE
            return FREQUENCY if _times_differ(ra, rb) or not _in_place(amounts[0], amounts[1], ra, rb) else ""
        return FREQUENCY if each or total else DOSE
    if not same_interval or (ra.count and rb.count and ra.count != rb.count) or _times_differ(ra, rb):
        return FREQUENCY
    return ""


def _intervals_agree(a: Regimen, b: Regimen) -> bool:
    if a.weekdays and b.weekdays and len(a.weekdays) == len(b.weekdays) and a.weekdays != b.weekdays:
        return False
    if a.interval is None or b.interval is None:
        said, silent = (a, b) if a.interval is not None else (b, a)
        if said.interval is None or said.interval <= 1 or not silent.count:
            return True
        return not silent.times and silent.count != 1
    if close(a.interval, b.interval):
        return True
    shortest, longest = sorted((a.interval, b.interval))
    return shortest >= LONG_DAYS * 0.95 and (longest - shortest) / longest <= ROUGHLY


def _spread(doses: list[Range | None], regimen: Regimen) -> list[Range]:
    """One amount for each dose of the day."""
    known = [d for d in doses if d]
    if len(known) == 1 and regimen.count and regimen.count > 1:
        return known * min(int(regimen.count), 48)
    return known


def _total(amounts: list[Range], regimen: Regimen) -> Range:
    share = 1 / (regimen.interval or 1.0)
    width = range(len(amounts[0][0]))
    return (
        tuple(sum(low[i] for low, _ in amounts) * share for i in width),
        tuple(sum(high[i] for _, high in amounts) * share for i in width),
    )


def _totals_equal(a: Range, b: Range) -> bool:
    return _same(a[0], b[0]) and _same(a[1], b[1])


def _same(a: Values, b: Values) -> bool:
    return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b, strict=True))


def _all_equal(a: list[Range], b: list[Range]) -> bool:
    """Whether every dose of both holds the same amount."""
    first = a[0]
    return all(_totals_equal(first, other) for other in (*a, *b))


def _in_place(a: list[Range], b: list[Range], ra: Regimen, rb: Regimen) -> bool:
    """`2+0+1` against `1+0+2`: the same doses in another order. Without times order says nothing."""
    if ra.times and rb.times:
        return all(_totals_equal(x, y) for x, y in zip(a, b, strict=False))
    a, b = (sorted(doses, key=lambda dose: dose[1]) for doses in (a, b))
    return all(_totals_equal(x, y) for x, y in zip(a, b, strict=False))


def _times_differ(a: Regimen, b: Regimen) -> bool:
    """Slots that can mean one thing do; `1 x 1` equals any single time."""
    if not a.times or not b.times:
        return False
    if len(a.times) != len(b.times):
        return True
    return any(not set(x) & set(y) for x, y in zip(a.times, b.times, strict=True))


def _needed(a: Reading, b: Reading, doses: tuple[list[Range | None], list[Range | None]]) -> str:
    ra, rb = a.regimen, b.regimen
    pairs = [(x, y) for x in _mosts_of(a) for y in _mosts_of(b) if x[0] == y[0]]
    totals_agree = any(_same(x[1], y[1]) for x, y in pairs)
    totals_differ = bool(pairs) and not totals_agree
    pieces = totals_agree and ra.max_bare != rb.max_bare
    counts_differ = bool(ra.max_count and rb.max_count and ra.max_count != rb.max_count) and not pieces
    one, other = doses
    if one and other and not (_totals_equal(one[0] or ((), ()), other[0] or ((), ()))):
        return FREQUENCY if totals_agree and counts_differ else DOSE
    if counts_differ:
        return FREQUENCY
    if totals_differ:
        return DOSE
    return FREQUENCY if _times_differ(ra, rb) or not _intervals_agree(ra, rb) else ""


def _mosts_of(reading: Reading) -> list[tuple[str, Values]]:
    """The most in a day, as content or in pieces; two when a bare number may mean times or pieces."""
    regimen = reading.regimen
    found = [regimen.max_total] if regimen.max_total else []
    if not found and regimen.max_count and regimen.amounts and regimen.amounts[0]:
        _, each, unit = regimen.amounts[0]
        found.append((each * regimen.max_count, each * regimen.max_count, unit))
        if regimen.max_bare and unit == "n" and each > 1:
            found.append((regimen.max_count, regimen.max_count, "n"))
    return [(held[0], held[1][1]) if (held := content(reading, m)) else (m[2], (m[1],)) for m in found]
