"""What is to be said about a patient, by the rules of an edition: the gravest first, at most one of it interrupting.

advice(facts, rules.load().at(today))   -> (Advice("nsaid-anticoagulant", "critical", "Ibuprofen sammen med Warfarin", …), …)
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from akson.care.decisionsupport.facts import Drug, Facts, KnownAllergy
from akson.care.decisionsupport.rules import ORDER, Edition, Kind, Rule, Severity
from akson.care.medication.reconciliation.case import Case, MedicineList
from akson.care.medication.reconciliation.classes import allergies
from akson.care.medication.reconciliation.daily import daily_mg, days_a_week
from akson.care.medication.reconciliation.engine import reconcile
from akson.care.medication.reconciliation.names import names_in_use
from akson.care.medication.reconciliation.reading import Reading, read_line


@dataclass(frozen=True, slots=True)
class Advice:
    rule: str
    edition: str
    kind: Kind
    severity: Severity
    title: str
    words: str
    now_do: str
    source: str
    url: str
    concerns: tuple[str, ...]
    """References of the drugs, allergies: `MedicationStatement/m1`."""
    rests_on: str
    """What it was said of: doses, eGFR in tens, the set of measurements. Of other ones it is other advice."""
    proposed: bool
    """Whether something proposed is concerned."""
    interrupts: bool = False
    register: str = ""
    """The register that says it: `FEST 2026-11-15`."""

    @property
    def key(self) -> str:
        """The same while what it is about stands as it is: `nsaid-kidney|MedicationStatement/m2|1 x 3 · eGFR 20`."""
        return "|".join((self.rule, *self.concerns, self.rests_on))


def advice(facts: Facts, edition: Edition) -> tuple[Advice, ...]:
    """All that the edition has to say. About what is proposed alone, when something is."""
    told: dict[str, Advice] = {}
    for rule in edition.touched(drug.atc for drug in facts.drugs if drug.atc):
        for one in _by_rule(rule, facts, rule.register or edition.id):
            told.setdefault(one.key, one)
    told = _once_of_a_pair(told)
    # What is said of a pair by an interaction says already that the two stand together.
    paired = {one.concerns for one in told.values() if one.kind is Kind.INTERACTION}
    found = sorted(
        (
            one
            for one in told.values()
            if (one.proposed or not facts.asked)
            and not (one.kind is Kind.DUPLICATE and one.concerns in paired)
        ),
        key=lambda one: (ORDER.index(one.severity), not one.interrupts, not one.proposed),
    )
    return _interrupting_once(found)


def _once_of_a_pair(told: dict[str, Advice]) -> dict[str, Advice]:
    """Where a register says what one of our own rules says of the same drugs, the graver speaks and names both sources.

    Two boxes about one pair are read as one, or as none. What a register itself says more than once of a pair is kept:
    each is of another situation.
    """
    pairs = [one for one in told.values() if one.kind is Kind.INTERACTION]
    own = {one.concerns: one for one in pairs if not one.register}
    theirs: dict[tuple[str, ...], list[Advice]] = {}
    for one in pairs:
        if one.register and one.concerns in own:
            theirs.setdefault(one.concerns, []).append(one)
    kept = dict(told)
    for concerns, said in theirs.items():
        ours = own[concerns]
        graver = [one for one in said if ORDER.index(one.severity) < ORDER.index(ours.severity)]
        silent = (ours, *(one for one in said if one not in graver)) if graver else tuple(said)
        for one in silent:
            del kept[one.key]
        for one in graver or (ours,):
            sources = dict.fromkeys((one.source, *(other.source for other in silent)))
            kept[one.key] = replace(one, source="; ".join(sources))
    return kept


def _interrupting_once(found: Sequence[Advice]) -> tuple[Advice, ...]:
    first = next((one for one in found if one.interrupts), None)
    return tuple(replace(one, interrupts=one is first) for one in found)


def _by_rule(rule: Rule, facts: Facts, edition: str) -> Iterator[Advice]:
    if rule.kind is Kind.INTERACTION:
        yield from _interactions(rule, facts, edition)
    elif rule.kind is Kind.ALLERGY:
        yield from _allergies(rule, facts, edition)
    elif rule.kind is Kind.DUPLICATE:
        yield from _duplicates(rule, facts, edition)
    elif rule.kind is Kind.NEWS2:
        if facts.news2 is not None and facts.news2.risk.value == rule.risk and not facts.asked:
            yield _said(rule, edition, facts, ())
    else:
        yield from _single(rule, facts, edition)


def _single(rule: Rule, facts: Facts, edition: str) -> Iterator[Advice]:
    """Of one drug and the one who takes it."""
    if rule.egfr_below is not None and (facts.egfr is None or facts.egfr >= rule.egfr_below):
        return
    if rule.age_from is not None and (facts.age is None or facts.age < rule.age_from):
        return
    for drug in facts.drugs:
        if _in(drug, rule.groups[0], rule.but) and _too_much(rule, drug, facts):
            yield _said(rule, edition, facts, (drug,))


def _too_much(rule: Rule, drug: Drug, facts: Facts) -> bool:
    """True for a rule that asks nothing of the dose; what the words do not say is not too much."""
    if rule.daily_above is None and rule.days_a_week is None:
        return True
    reading = _read(drug, facts)
    if rule.days_a_week is not None:
        return reading.regimen.said and not reading.as_needed and days_a_week(reading) > rule.days_a_week
    daily = daily_mg(reading)
    return daily is not None and rule.daily_above is not None and daily > rule.daily_above * 1.001


def _read(drug: Drug, facts: Facts) -> Reading:
    return read_line(drug.line, 0, ("",), names_in_use(), facts.asof)


def _interactions(rule: Rule, facts: Facts, edition: str) -> Iterator[Advice]:
    candidates = [[drug for drug in facts.drugs if _in(drug, group, rule.but)] for group in rule.groups]
    for pair in product(*candidates):
        if len({drug.line.id for drug in pair}) == len(pair):
            yield _said(rule, edition, facts, pair)


def _allergies(rule: Rule, facts: Facts, edition: str) -> Iterator[Advice]:
    if not facts.allergies:
        return
    by_line = {drug.line.id: drug for drug in facts.drugs}
    readings = [_read(drug, facts) for drug in facts.drugs]
    for allergy in facts.allergies:
        for finding in allergies(readings, (allergy.stated,), names_in_use()):
            for drug in (by_line[id] for id in finding.lines):
                yield _of_allergy(rule, edition, facts, drug, allergy)


def _of_allergy(rule: Rule, edition: str, facts: Facts, drug: Drug, allergy: KnownAllergy) -> Advice:
    said = _said(rule, edition, facts, (drug,), second=allergy.words, also=(allergy.reference,))
    if allergy.serious:
        return replace(said, interrupts=drug.proposed)
    return replace(said, severity=Severity.WARNING)


def _duplicates(rule: Rule, facts: Facts, edition: str) -> Iterator[Advice]:
    by_line = {drug.line.id: drug for drug in facts.drugs}
    lines = tuple(drug.line for drug in facts.drugs)
    for finding in reconcile(Case("", facts.asof, (MedicineList("municipality", lines),))):
        if finding.class_ == rule.finding:
            yield _said(rule, edition, facts, [by_line[id] for id in finding.lines])


def _in(drug: Drug, group: Iterable[str], but: Iterable[str]) -> bool:
    return (
        bool(drug.atc) and drug.atc.startswith(tuple(group)) and not drug.atc.startswith(tuple(but) or ("-",))
    )


def _said(
    rule: Rule,
    edition: str,
    facts: Facts,
    drugs: Sequence[Drug],
    *,
    second: str = "",
    also: tuple[str, ...] = (),
) -> Advice:
    names = [drug.name for drug in drugs]
    score = facts.news2.total if facts.news2 is not None else ""
    told = [*names, *([second] if second else []), "", ""]
    title = rule.title.format(*told, egfr=facts.egfr, age=facts.age, score=score)
    return Advice(
        rule=rule.id,
        edition=edition,
        kind=rule.kind,
        severity=rule.severity,
        title=title,
        register=rule.register,
        words=rule.words,
        now_do=rule.now_do,
        source=rule.source,
        url=rule.url,
        concerns=(*sorted(drug.reference for drug in drugs), *also),
        rests_on=_rests_on(rule, facts, drugs),
        proposed=any(drug.proposed for drug in drugs),
    )


def _rests_on(rule: Rule, facts: Facts, drugs: Sequence[Drug]) -> str:
    doses = [
        f"{drug.line.strength} {drug.line.dose}".strip() for drug in sorted(drugs, key=lambda d: d.reference)
    ]
    kidney = (
        [f"eGFR {facts.egfr // 10 * 10}"] if rule.egfr_below is not None and facts.egfr is not None else []
    )
    score = [f"NEWS2 {facts.news2_at:%Y-%m-%dT%H:%M}"] if rule.kind is Kind.NEWS2 and facts.news2_at else []
    return " · ".join(part for part in (*doses, *kidney, *score) if part)
