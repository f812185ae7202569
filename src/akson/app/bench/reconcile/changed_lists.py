"""Ways in which lists differ by which drugs they hold: absent, doubled, combined, of one class, under an allergy."""

from copy import deepcopy
from dataclasses import replace

from akson.app.bench.reconcile import formulary as f
from akson.app.bench.reconcile.drafts import Draft, meant_of, pick
from akson.app.bench.reconcile.writing import Meant


def absent(draft: Draft) -> bool:
    """In some lists and not in others."""
    medicine = pick(draft, f.PLAIN)
    if not medicine:
        return False
    last = len(draft.lists) - 1
    held = [draft.chance.random() < 0.5 for _ in draft.places]
    if all(held) or not any(held):
        held = [place != last for place in draft.places]
    if (held == [place == 1 for place in draft.places] and last > 1) or (held[0] and held[last]):
        classes = "missing/added"
    elif not held[last]:
        classes = "missing" if held[0] else "missing/added"
    else:
        first = held.index(True)
        classes = "added" if all(held[first:]) else "added/missing"
    told = []
    for place, is_held in zip(draft.lists, held, strict=True):
        if is_held:
            told.append(meant_of(medicine, draft.chance, strength=medicine.strengths[0]))
            place.append(told[-1])
    draft.tell(classes, *told)
    return True


def doubled(draft: Draft) -> bool:
    medicine = pick(draft, tuple(m for m in f.PLAIN if len(m.brands) > 1))
    if not medicine:
        return False
    meant = meant_of(medicine, draft.chance, loud=True, name=medicine.brands[0])
    draft.everywhere(meant)
    place = draft.chance.choice(draft.lists)
    other = replace(deepcopy(meant), name=medicine.brands[1])
    first = place[-1]
    place.append(other)
    draft.tell("duplicate-substance", first, other)
    return True


def doubled_inside(draft: Draft) -> bool:
    brand, substance, atc, parts = draft.chance.choice(f.COMBINATIONS)
    whole = f.Medicine(substance, atc, (brand,), (0.0,), (1, 0, 0, 0))
    part = f.Medicine(parts[0][0], parts[0][1], (parts[0][0].capitalize(),), (parts[0][2],), (1, 0, 0, 0))
    pieces = [f.Medicine(p[0], p[1], (p[0].capitalize(),), (p[2],), (1, 0, 0, 0)) for p in parts]
    if not draft.free(whole, *pieces):
        return False
    draft.take(whole, *pieces)
    text = "/".join(f"{p[2]:g} mg" for p in parts)
    draft.everywhere(Meant(whole, 0.0, whole.usual, strength_text=text, loud=True))
    place = draft.chance.choice(draft.lists)
    beside = meant_of(part, draft.chance, loud=True)
    place.append(beside)
    draft.tell("duplicate-substance", place[-2], beside)
    return True


def combination(draft: Draft) -> bool:
    """One tablet of two against two tablets; in a third of cases one component is lost."""
    brand, substance, atc, parts = draft.chance.choice(f.COMBINATIONS)
    whole = f.Medicine(substance, atc, (brand,), (0.0,), (1, 0, 0, 0))
    pieces = [f.Medicine(p[0], p[1], (p[0].capitalize(),), (p[2],), (1, 0, 0, 0)) for p in parts]
    if not draft.free(whole, *pieces):
        return False
    draft.take(whole, *pieces)
    text = "/".join(f"{p[2]:g} mg" for p in draft.chance.sample(parts, len(parts)))
    whole_lines = []
    for place in draft.lists[:-1]:
        whole_lines.append(Meant(whole, 0.0, whole.usual, strength_text=text, loud=True))
        place.append(whole_lines[-1])
    lost = draft.chance.random() < 0.33
    for medicine in pieces[: 1 if lost else 2]:
        draft.lists[-1].append(meant_of(medicine, draft.chance, loud=True))
    if lost:
        draft.tell("missing", *whole_lines)
    return True


def class_twice(draft: Draft) -> bool:
    free = [pair for pair in f.CLASSES if draft.free(pair[0]) and draft.free(pair[1])]
    if not free:
        return False
    old, new = draft.chance.choice(free)
    draft.take(old, new)
    draft.everywhere(meant_of(old, draft.chance))
    mine = draft.lists[-1][-1]
    fresh = meant_of(new, draft.chance)
    draft.lists[-1].append(fresh)
    draft.tell("added", fresh)
    draft.tell("duplicate-class", mine, fresh)
    return True


def switched(draft: Draft) -> bool:
    """One out, another in: of one class, or with a name that looks alike."""
    pairs = [p for p in (*f.CLASSES, *f.LOOK_ALIKES) if draft.free(p[0]) and draft.free(p[1])]
    if not pairs:
        return False
    old, new = draft.chance.choice(pairs)
    draft.take(old, new)
    olds = []
    for place in draft.lists[:-1]:
        olds.append(meant_of(old, draft.chance, name=old.brands[0], strength=old.strengths[0]))
        place.append(olds[-1])
    draft.lists[-1].append(meant_of(new, draft.chance, name=new.brands[0]))
    draft.tell("missing", *olds)
    draft.tell("added", draft.lists[-1][-1])
    return True


def allergic(draft: Draft) -> bool:
    words, medicine = draft.chance.choice(_ALLERGIES)
    if (
        not draft.free(medicine)
        or draft.allergies
        or any(m.medicine.atc[:3] in ("J01", "M01", "C09") for p in draft.lists for m in p)
    ):
        return False
    draft.take(medicine)
    draft.classes |= {"J01CA", "J01CE", "M01A", "C09"}
    draft.allergies.append({"substance": draft.chance.choice(words)})
    lines = draft.everywhere(meant_of(medicine, draft.chance))
    draft.tell("allergy", *lines)
    return True


def not_allergic(draft: Draft) -> bool:
    """Beside an allergy, and not under it."""
    word, medicine = draft.chance.choice(_NOT_ALLERGIES)
    if (
        not draft.free(medicine)
        or draft.allergies
        or any(m.startswith(("J01", "allerg", "ended", "under_way")) for m in draft.kinds)
    ):
        return False
    if word == "penicillin" and any(
        m.medicine.atc.startswith("J01C") for place in draft.lists for m in place
    ):
        return False
    draft.take(medicine)
    draft.allergies.append({"substance": word})
    draft.classes |= {"J01CA", "J01CE"} if word == "penicillin" else set()
    draft.everywhere(meant_of(medicine, draft.chance))
    return True


_NOT_ALLERGIES = (
    ("penicillin", f.COURSES[2]),
    ("sulfa", f.PLAIN[8]),
    ("sulfa", f.COURSES[3]),
    ("kodein", f.NEEDED[0]),
)
_ALLERGIES = (
    (
        ("penicillin", "Penicillin", "Penicilliner"),
        f.Medicine("amoksicillin", "J01CA04", ("Imacillin",), (500.0,), (1, 1, 1, 0), "kapsel"),
    ),
    (("NSAID", "NSAIDs"), f.Medicine("naproksen", "M01AE02", ("Naproxen", "Ledox"), (500.0,), (1, 0, 1, 0))),
    (
        ("ACE-hemmer", "ACE-hemmere"),
        f.Medicine("enalapril", "C09AA02", ("Renitec",), (10.0, 20.0), (1, 0, 0, 0)),
    ),
    (("tramadol", "Tramadol"), f.NEEDED[4]),
    (("trimetoprim",), f.COURSES[3]),
)


def split(draft: Draft) -> bool:
    """Two strengths at once, in all lists or against one tablet of both."""
    medicine = f.Medicine("levotyroksin", "H03AA01", ("Levaxin", "Euthyrox"), (0.05, 0.025), (1, 0, 0, 0))
    if not draft.free(medicine):
        return False
    draft.take(medicine)
    one, two = (meant_of(medicine, draft.chance, strength=s, loud=True) for s in (0.05, 0.025))
    if draft.chance.random() < 0.5:
        draft.everywhere(one)
        draft.everywhere(two)
        return True
    places = [*draft.lists]
    single = draft.chance.choice(places)
    told = []
    for place in places:
        lines = (
            [meant_of(medicine, draft.chance, strength=0.075, loud=True)]
            if place is single
            else [deepcopy(one), deepcopy(two)]
        )
        place.extend(lines)
        told += lines
    draft.tell("strength/duplicate-substance", *told)
    return True


def side_by_side(draft: Draft) -> bool:
    """Pairs that are no duplicates: insulins, an opioid that lasts and the same as needed, a tablet and a gel."""
    pairs = (
        (meant_of(f.INSULINS[0], draft.chance), meant_of(f.INSULINS[1], draft.chance)),
        tuple(
            meant_of(
                f.Medicine("oksykodon", "N02AA05", (brand,), (strength_,), (1, 0, 1, 0), form_),
                draft.chance,
                kind=kind,
            )
            for brand, strength_, form_, kind in (
                ("OxyContin", 10.0, "depottablett", "slots"),
                ("OxyNorm", 5.0, "kapsel", "needed"),
            )
        ),
        (
            meant_of(
                f.Medicine("diklofenak", "M01AB05", ("Voltaren",), (50.0,), (1, 0, 1, 0)),
                draft.chance,
                loud=True,
                form="tablett",
                route="oral",
            ),
            meant_of(
                f.Medicine("diklofenak", "M02AA15", ("Voltarol",), (10.0,), (1, 0, 1, 0)),
                draft.chance,
                loud=True,
                form="gel",
                route="hud",
            ),
        ),
    )
    one, two = draft.chance.choice(pairs)
    if not draft.free(one.medicine) or not draft.free(two.medicine):
        return False
    draft.take(one.medicine, two.medicine)
    draft.everywhere(one)
    draft.everywhere(two)
    return True


def documented(draft: Draft) -> bool:
    """Old line stopped, new line active in one list: only the new one counts."""
    medicine = pick(draft, tuple(m for m in f.PLAIN if len(m.strengths) > 1))
    if not medicine:
        return False
    before, after = medicine.strengths[:2]
    lines = draft.everywhere(meant_of(medicine, draft.chance, strength=after, loud=True))
    draft.lists[-1].append(meant_of(medicine, draft.chance, strength=before, stopped=True, loud=True))
    if draft.chance.random() < 0.5:
        for line in lines[:-1]:
            line.strength = before
        draft.tell("dose/strength", *lines)
    return True
