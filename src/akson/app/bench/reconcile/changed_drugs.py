"""Ways in which one drug differs between lists, each with what is true then; those that tell nothing are traps."""

from akson.app.bench.reconcile import formulary as f
from akson.app.bench.reconcile.drafts import Draft, deviating, long_apart, meant_of, pick


def stopped(draft: Draft) -> bool:
    medicine = pick(draft, f.PLAIN)
    if not medicine:
        return False
    lines = draft.everywhere(meant_of(medicine, draft.chance))
    deviating(draft, lines).stopped = True
    draft.tell("stopped-still-taken", *lines)
    return True


def stopped_and_gone(draft: Draft) -> bool:
    """Stopped where it stands, absent elsewhere: nothing to say."""
    medicine = pick(draft, f.PLAIN)
    if not medicine:
        return False
    for place in draft.lists[: draft.chance.choice((1, len(draft.lists)))]:
        place.append(meant_of(medicine, draft.chance, stopped=True))
    return True


def ended(draft: Draft) -> bool:
    medicine = pick(draft, f.COURSES)
    if not medicine:
        return False
    meant = meant_of(medicine, draft.chance, loud=True, start="2026-11-01")
    if draft.chance.random() < 0.5:
        meant.stop = "2026-11-10"
    else:
        meant.course_days = draft.chance.choice((5, 7, 10))
    lines = draft.everywhere(meant)
    draft.tell("course-ended", *lines)
    return True


def under_way(draft: Draft) -> bool:
    """A course that has not ended."""
    medicine = pick(draft, f.COURSES)
    if not medicine:
        return False
    for line in draft.everywhere(
        meant_of(medicine, draft.chance, strength=medicine.strengths[0], start="2026-11-20", loud=True)
    ):
        line.course_days = draft.chance.choice((0, 7, 10))
        line.stop = draft.chance.choice(("", "2026-12-01"))
    return True


def route(draft: Draft) -> bool:
    free = [r for r in f.ROUTES if draft.free(r[0])]
    if not free:
        return False
    medicine, usual, other = draft.chance.choice(free)
    draft.take(medicine)
    lines = draft.everywhere(
        meant_of(
            medicine,
            draft.chance,
            form=usual[0],
            route=usual[1],
            kind="needed" if medicine.substance == "sumatriptan" else "slots",
        )
    )
    line = deviating(draft, lines)
    line.form, line.route = other
    draft.tell("route", *lines)
    return True


def eye(draft: Draft) -> bool:
    medicine = pick(draft, f.EYES)
    if not medicine:
        return False
    lines = draft.everywhere(meant_of(medicine, draft.chance, side="right"))
    if draft.chance.random() < 0.6:
        deviating(draft, lines).side = draft.chance.choice(("left", "both"))
        draft.tell("route", *lines)
    return True


def form(draft: Draft) -> bool:
    free = [x for x in f.FORMS if draft.free(x[0])]
    if not free:
        return False
    medicine, usual, other = draft.chance.choice(free)
    draft.take(medicine)
    meant = meant_of(
        medicine,
        draft.chance,
        form=usual,
        route="hud" if usual == "krem" else "oral",
        kind="unsaid" if other == "mikstur" else "slots",
    )
    if other == "mikstur":
        meant.strength_text = ""
    lines = draft.everywhere(meant)
    line = deviating(draft, lines)
    line.form = other
    if other == "mikstur":
        line.strength_text = "24 mg/ml"
    draft.tell("form", *lines)
    return True


def needed(draft: Draft) -> bool:
    medicine = pick(draft, f.NEEDED)
    if not medicine:
        return False
    lines = draft.everywhere(
        meant_of(medicine, draft.chance, kind="needed", most=draft.chance.choice((0, 3)))
    )
    line = deviating(draft, lines)
    line.kind, line.slots = "slots", (line.slots[0], 0, line.slots[0], 0)
    draft.tell("asneeded-vs-fixed", *lines)
    return True


def dose(draft: Draft) -> bool:
    medicine = pick(draft, f.PLAIN)
    if not medicine:
        return False
    lines = draft.everywhere(meant_of(medicine, draft.chance))
    line = deviating(draft, lines)
    if len(medicine.strengths) > 1 and draft.chance.random() < 0.4:
        line.strength = draft.chance.choice([s for s in medicine.strengths if s != line.strength])
        draft.tell("dose/strength", *lines)
        return True
    factor = draft.chance.choice((2, 0.5, 1.5))
    a, b, c, d = (s * factor for s in line.slots)
    line.slots = (a, b, c, d)
    draft.tell("dose", *lines)
    return True


def dose_needed(draft: Draft) -> bool:
    medicine = pick(draft, f.NEEDED)
    if not medicine:
        return False
    lines = draft.everywhere(meant_of(medicine, draft.chance, kind="needed", most=3))
    line = deviating(draft, lines)
    if draft.chance.random() < 0.5:
        line.most = 4
        draft.tell("frequency/dose", *lines)
    else:
        line.slots = (line.slots[0] * 2, 0, 0, 0)
        draft.tell("dose", *lines)
    return True


def frequency(draft: Draft) -> bool:
    medicine = pick(draft, f.PLAIN)
    if not medicine:
        return False
    lines = draft.everywhere(meant_of(medicine, draft.chance))
    line = deviating(draft, lines)
    given = [s for s in line.slots if s]
    if len(given) == 1:
        for each in lines:
            each.slots = (given[0], 0, 0, 0)
        how = draft.chance.choice(("evening", "twice", "other-day"))
        if how == "other-day":
            line.kind, line.days = "every", 2
        else:
            line.slots = (0, 0, given[0], 0) if how == "evening" else (given[0], 0, given[0], 0)
        if how == "evening":
            # Only a named time can differ from a named time.
            for each in lines:
                each.kind = "named"
        draft.tell("frequency" if how == "evening" else "frequency/dose", *lines)
        return True
    line.slots = (given[0], 0, 0, 0) if draft.chance.random() < 0.5 else (given[0],) * 4
    draft.tell("frequency/dose", *lines)
    return True


def interval(draft: Draft) -> bool:
    medicine = pick(draft, (*f.WEEKLY, *f.PATCHES))
    if not medicine:
        return False
    lines = draft.everywhere(long_apart(medicine, draft.chance))
    line = deviating(draft, lines)
    if medicine in f.PATCHES:
        line.days = {3: 2, 7: 3}[line.days]
    else:
        line.kind = "slots"
    draft.tell("frequency/dose", *lines)
    return True


def divided(draft: Draft) -> bool:
    """The same in a day, in other parts."""
    medicine = pick(draft, tuple(m for m in f.PLAIN if sum(1 for s in m.usual if s) == 2))
    if not medicine:
        return False
    lines = draft.everywhere(meant_of(medicine, draft.chance))
    line = deviating(draft, lines)
    line.slots = (2 * line.slots[0], 0, 0, 0)
    draft.tell("frequency", *lines)
    return True


def strength(draft: Draft) -> bool:
    medicine = pick(draft, tuple(m for m in f.PLAIN if any(2 * s in m.strengths for s in m.strengths)))
    if not medicine:
        return False
    half = draft.chance.choice([s for s in medicine.strengths if 2 * s in medicine.strengths])
    lines = draft.everywhere(meant_of(medicine, draft.chance, strength=2 * half))
    line = deviating(draft, lines)
    a, b, c, d = (2 * s for s in line.slots)
    line.strength, line.slots = half, (a, b, c, d)
    draft.tell("strength", *lines)
    return True
