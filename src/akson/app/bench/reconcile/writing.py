"""How people write what the generator means: many hands for one dose, strength, name. Knows nothing of the engine."""

from dataclasses import dataclass
from random import Random
from typing import Any

from akson.app.bench.reconcile.formulary import Medicine

Slots = tuple[float, float, float, float]


@dataclass(slots=True)
class Meant:
    """One line as it is meant. `kind`: slots, weekly, every (days), needed, unsaid."""

    medicine: Medicine
    strength: float
    slots: Slots
    kind: str = "slots"
    days: int = 1
    weekday: str = ""
    most: int = 0
    form: str = ""
    route: str = ""
    side: str = ""
    stopped: bool = False
    start: str = ""
    stop: str = ""
    course_days: int = 0
    name: str = ""
    substance: str = ""
    atc: str = ""
    strength_text: str = ""
    loud: bool = False
    """Everything is written out: what differs here must be seen."""
    id: str = ""


WORDS = {
    0.5: ("½", "0,5", "en halv", "1/2"),
    1.0: ("1", "1", "1", "én", "en"),
    1.5: ("1,5", "1½", "1.5"),
    2.0: ("2", "2", "to"),
    3.0: ("3", "tre"),
}
TIMES = (
    ("morgen", "mane", "om morgenen", "mrg", "før frokost", "kl 08", "fastende"),
    ("midt på dagen", "kl 14", "til lunsj"),
    ("kveld", "vesp", "om kvelden", "kl 20", "kl. 20"),
    ("til natten", "natt", "nocte"),
)
UNITS = {
    "tablett": ("tabl", "tabl.", "tablett", "tbl", "tab"),
    "kapsel": ("kaps", "kapsel", "kaps."),
    "stikkpille": ("stikkpille", "supp"),
    "depotplaster": ("plaster",),
    "mikstur": ("ml",),
}


def number(value: float, chance: Random) -> str:
    known = WORDS.get(value)
    if known:
        return chance.choice(known)
    text = f"{value:g}"
    return text.replace(".", chance.choice(",."))


def digits(value: float, chance: Random) -> str:
    return "½" if value == 0.5 and chance.random() < 0.5 else f"{value:g}".replace(".", chance.choice(",."))


def unit(line: Meant, chance: Random) -> str:
    if line.medicine.unit == "E/ml":
        return chance.choice(("E", "IE", "enheter"))
    form = line.form or line.medicine.form
    for key, words in UNITS.items():
        if key in form:
            return chance.choice(words)
    return {"øye": "dråpe", "inj": "injeksjon"}.get(form[:3], "")


def dose(line: Meant, chance: Random) -> str:
    """The dose text; "" when nothing is said."""
    if line.kind == "unsaid":
        return ""
    text = {"slots": _slots, "named": _named, "weekly": _weekly, "every": _every, "needed": _needed}[
        line.kind
    ](line, chance)
    if line.side:
        text = f"{text} {chance.choice(_SIDES[line.side])}"
    if line.course_days:
        text = f"{text} i {line.course_days} dager"
    return _careless(text, chance)


_SIDES = {"right": ("høyre øye", "hø. øye"), "left": ("venstre øye", "ve. øye"), "both": ("begge øyne",)}


def _slots(line: Meant, chance: Random) -> str:
    slots, piece = line.slots, unit(line, chance)
    given = [(at, value) for at, value in enumerate(slots) if value]
    amounts = {value for _, value in given}
    styles = ["plus", "words"]
    if piece not in ("E", "IE", "enheter", "ml"):
        styles += ["plus"]
    if len(amounts) == 1:
        at = tuple(at for at, _ in given)
        if len(at) == 1:
            styles += ["x1", "dgl", "amount"]
        elif at in ((0, 2), (0, 1, 2), (0, 1, 2, 3)):
            styles += ["x", "x", "spelled"]
    style = chance.choice(styles)
    value = given[0][1]
    if style == "plus":
        sign = chance.choice(("+", "+", "+", " + ", "-"))
        short = not slots[3] and chance.random() < 0.4
        text = sign.join(digits(s, chance) for s in (slots[:3] if short else slots))
        return f"{text} {piece}" if piece in ("E", "IE", "enheter", "ml") or chance.random() < 0.2 else text
    if style == "x1":
        return (
            chance.choice(
                (
                    f"{digits(value, chance)} x 1",
                    f"{digits(value, chance)}x1",
                    f"{number(value, chance)} {piece} x 1",
                )
            )
            if piece not in ("E", "IE", "enheter", "ml")
            else f"{digits(value, chance)} {piece} x 1"
        )
    if style == "dgl":
        return f"{number(value, chance)} {piece} {chance.choice(('daglig', 'dgl', 'hver dag', 'en gang daglig', 'pr dag'))}"
    if style == "amount" and _milligrams(line) and value * line.strength == int(value * line.strength):
        return f"{value * line.strength:g} mg {chance.choice(('daglig', 'x 1', '1 gang daglig'))}"
    if style == "x":
        gap = chance.choice((" x ", "x", " x", " × "))
        return f"{number(value, chance)} {piece}{gap}{len(given)}".replace("  ", " ")
    if style == "spelled":
        count = {2: "to", 3: "tre", 4: "fire"}[len(given)]
        amount = f"{number(value, chance)} {piece}"
        times = chance.choice((count, str(len(given))))
        return f"{amount} {times} ganger {chance.choice(('daglig', 'per dag', 'i døgnet'))}"
    return _by_words(line, given, piece, chance)


def _milligrams(line: Meant) -> bool:
    return line.medicine.unit == "mg" and not line.strength_text and "/" not in line.medicine.substance


def _by_words(line: Meant, given: list[tuple[int, float]], piece: str, chance: Random) -> str:
    amounts = {value for _, value in given}
    times = [chance.choice(TIMES[at]) for at, _ in given]
    if len(amounts) == 1 and len(given) > 1 and chance.random() < 0.5:
        words = [w.removeprefix("om ") for w in times]
        joined = ", ".join(words[:-1]) + f" og {words[-1]}"
        return f"{number(given[0][1], chance)} {piece} {joined}"
    parts = [
        f"{number(value, chance)} {piece if at == 0 or chance.random() < 0.6 or piece in ('E', 'IE', 'ml') else ''} {time}"
        for at, ((_, value), time) in enumerate(zip(given, times, strict=True))
    ]
    return chance.choice((", ", " og ", " + ")).join(" ".join(p.split()) for p in parts)


def _named(line: Meant, chance: Random) -> str:
    """Its time of day is always said."""
    given = [(at, value) for at, value in enumerate(line.slots) if value]
    if chance.random() < 0.5:
        return "+".join(digits(s, chance) for s in line.slots)
    return _by_words(line, given, unit(line, chance), chance)


def _weekly(line: Meant, chance: Random) -> str:
    amount = f"{number(max(line.slots), chance)} {unit(line, chance)}"
    if line.weekday:
        how = (
            f"hver {line.weekday}",
            f"{line.weekday}er",
            f"ukentlig {line.weekday}",
            f"1 gang i uken ({line.weekday})",
        )
    else:
        how = ("ukentlig", "1 gang per uke", "en gang i uken", "hver uke", "1 x pr uke")
    return f"{amount} {chance.choice(how)}"


def _every(line: Meant, chance: Random) -> str:
    days = line.days
    how = [f"hver {days}. dag", f"hvert {days}. døgn"]
    if days == 2:
        how = ["annenhver dag", "hver 2. dag", "hver annen dag"]
    if days == 3:
        how += ["hver 72. time", "hver tredje dag"]
    if days == 7:
        how = ["hver 7. dag", "hver uke", "ukentlig"]
    if days == 84:
        how = ["hver 12. uke", "hver 3. måned", "hver tredje mnd"]
    return f"{number(max(line.slots), chance)} {unit(line, chance)} {chance.choice(how)}"


def _needed(line: Meant, chance: Random) -> str:
    amount = max(line.slots)
    piece = unit(line, chance)
    reason = chance.choice(("ved behov", "v/b", "vb", "ved smerter", "ved uro", "ved kvalme", "etter behov"))
    if not line.most:
        return f"{number(amount, chance)} {piece} {reason}"
    grams = amount * line.strength * line.most / 1000
    if line.medicine.substance == "paracetamol" and amount * line.strength == 1000 and chance.random() < 0.4:
        return chance.choice((f"1 g, inntil {grams:g} g/døgn", f"1 g {reason}, maks {grams:g} g per døgn"))
    return chance.choice(
        (
            f"{number(amount, chance)} {piece} inntil x {line.most}",
            f"{number(amount, chance)} {piece} {reason} inntil {line.most} ganger daglig",
            f"inntil {digits(amount, chance)} {piece} x {line.most} {reason}",
            f"{number(amount, chance)} {piece} {reason}, maks {line.most} ganger per døgn",
            f"{number(amount, chance)} {piece} x {line.most} {reason}",
        )
    )


def _careless(text: str, chance: Random) -> str:
    roll = chance.random()
    if roll < 0.05:
        return text.upper()
    if roll < 0.1:
        return text.capitalize()
    if roll < 0.14:
        return text.replace(" tabl", "tabl").replace(" kaps", "kaps")
    return text + "." if roll > 0.95 and text[-1:].isalpha() else text


def strength(line: Meant, chance: Random) -> str:
    if line.strength_text:
        return line.strength_text
    value, measure = line.strength, line.medicine.unit
    if measure == "mg" and value < 1 and chance.random() < 0.6:
        return f"{value * 1000:g} {chance.choice(('mikrog', 'mcg', 'microg', 'µg'))}"
    if measure == "mg" and value >= 1000 and chance.random() < 0.5:
        return f"{value / 1000:g} g"
    if measure == "E/ml":
        measure = chance.choice(("E/ml", "IE/ml", "enheter/ml"))
    if measure == "mikrog/time":
        measure = chance.choice(("mikrog/time", "mcg/time", "mikrog/t"))
    return f"{value:g}".replace(".", chance.choice(",.")) + chance.choice((" ", " ", "")) + measure


def misspelt(name: str, chance: Random) -> str:
    """One slip of the pen inside a long name."""
    if len(name) < 8 or not name.isalpha():
        return name
    at = chance.randrange(2, len(name) - 2)
    return chance.choice(
        (
            name[:at] + name[at + 1 :],
            name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            name[:at] + name[at] + name[at:],
        )
    )


def written(line: Meant, chance: Random, id: str) -> dict[str, Any]:
    """The JSON line. What is meant to differ is `loud` and always written."""
    line.id = id
    medicine = line.medicine
    name = line.name or chance.choice((*medicine.brands, medicine.substance.capitalize()))
    roll = chance.random()
    has_code = chance.random() < 0.7
    if not line.name and roll < 0.08:
        name = misspelt(name, chance)
    elif roll < 0.12:
        name = name.upper()
    out: dict[str, Any] = {"id": id, "name": name}
    if has_code:
        out["atc"] = line.atc or medicine.atc
    if chance.random() < 0.5:
        out["substance"] = line.substance or medicine.substance
    quiet = not line.loud and chance.random() < 0.06
    if not (quiet and chance.random() < 0.5):
        out["strength"] = strength(line, chance)
    form = line.form or medicine.form
    if line.loud or chance.random() < 0.8 or form not in ("tablett", "kapsel"):
        out["form"] = _FORM_WORDS.get(form, (form,))[chance.randrange(len(_FORM_WORDS.get(form, (form,))))]
    said = dose(line, chance)
    if said and not quiet:
        out["dose"] = said
    if line.kind == "needed" and (line.loud or quiet or chance.random() < 0.5):
        out["asneeded"] = True
    elif line.kind in ("slots", "weekly", "every") and chance.random() < 0.3:
        out["asneeded"] = False
    if (line.loud and line.route) or chance.random() < 0.2:
        out["route"] = _ROUTE_WORDS.get(line.route or medicine.route, (line.route or medicine.route,))[
            0 if line.loud else -1
        ]
    if line.start or chance.random() < 0.2:
        out["start"] = line.start or chance.choice(("2019-03-04", "2024-01-02", "2025-11-30"))
    if line.stop:
        out["stop"] = line.stop
    if line.stopped:
        _stopped(out, chance)
    elif chance.random() < 0.4:
        out["status"] = "active"
    return out


_FORM_WORDS = {
    "tablett": ("tablett", "tabl", "tablett, filmdrasjert", "tab."),
    "kapsel": ("kapsel", "kapsel, hard", "kaps"),
    "depottablett": ("depottablett", "depottabl.", "depottab"),
    "enterotablett": ("enterotablett", "enterotabl", "tablett"),
    "enterokapsel": ("enterokapsel", "enterokapsel, hard", "kapsel"),
    "stikkpille": ("stikkpille", "stikkpiller", "supp"),
    "øyedråper": ("øyedråper", "øyedråper, oppløsning", "øyedr."),
    "depotplaster": ("depotplaster", "plaster"),
}
_ROUTE_WORDS = {
    "oral": ("oral", "po", "per os"),
    "øye": ("øye",),
    "rektal": ("rektal", "rektalt"),
    "subkutan": ("subkutan", "sc"),
}


def _stopped(out: dict[str, Any], chance: Random) -> None:
    how = chance.choice(("status", "sep", "seponert", "avsluttet"))
    if how == "status":
        out["status"] = "stopped"
    else:
        word = {
            "sep": chance.choice(("sep.", "Sep. 10/11", "sep")),
            "seponert": "seponert",
            "avsluttet": "avsluttet 12.11.2026",
        }[how]
        out["dose"] = f"{out.get('dose', '')} {word}".strip()
