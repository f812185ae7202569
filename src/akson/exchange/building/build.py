"""`build(type, facts, words, msg_id=…) -> Built`: the message, where every field of it came from, and what is still missing.

facts + words → content by the recipe → documents by the declaration → header around → read again by our own reader. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from akson.exchange import changes, rendering
from akson.exchange.building import dialogues, extract, fields, head, notes, people
from akson.exchange.building.facts import Facts
from akson.exchange.building.fields import Field, Words
from akson.exchange.building.placing import bare, completed, has_place, placed
from akson.exchange.building.recipes import ENTER, RECIPES, Recipe
from akson.exchange.content import write as write_content
from akson.exchange.envelope import msghead
from akson.exchange.judgement import sufficient
from akson.exchange.message_type import CANCELLED, CHANGED, NEW, CareMessage, MessageType, Version
from akson.exchange.messages import BY_CODE
from akson.exchange.opening import open_message
from akson.exchange.profile import missing_in
from akson.exchange.schema import Coded, Structure, Values
from akson.fhir.problem import Problem, ProblemKind

_UNTOLD = {("MedisinskDiagnose", "Hoveddiagnose"): False}
"""What 1.5 demands and 1.6 leaves open: the record does not say which diagnosis is the main one."""
_NEWS = "Endret siden forrige melding:"
_STATUS = {NEW: "Ny", CHANGED: "Endring", CANCELLED: "Kansellering"}


@dataclass(frozen=True, slots=True)
class Told:
    """One field of the message, for its writer: what it says, and where that stands."""

    label: str
    path: str
    said: str
    record: str
    """Where in the record, in bokmål; "" for what was typed."""
    origins: tuple[str, ...] = ()
    """`Condition/…` of each resource."""
    frame: bool = False
    """Stands in every message of the kind: alone, it says nothing."""

    @property
    def typed(self) -> bool:
        return not self.record


@dataclass(frozen=True, slots=True)
class Lack:
    """Something the profile or the format demands that is not there, and where to enter it. Bokmål."""

    what: str
    enter: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Built:
    type: MessageType
    told: tuple[Told, ...]
    lacks: tuple[Lack, ...]
    message: CareMessage | None
    """None while the format itself demands more."""
    document: bytes
    purpose: str = ""
    changes: tuple[str, ...] = ()
    """What is new since the message it changes, for the reader; also in the text where the type has room."""

    @property
    def empty(self) -> bool:
        """Whether nothing is said beyond who writes about whom. A cancellation says enough."""
        return self.document != b"" and bool(self.told) and all(told.frame for told in self.told)


def build(
    type: str, facts: Facts, words: Words, *, msg_id: str, status: str = NEW, version: str = ""
) -> Built:
    """Raises NOT_FOUND AKS-EXCHANGE-041 for a type that is not sent from here, INVALID AKS-EXCHANGE-040 for odd words."""
    recipe = recipe_of(type)
    fields.check(recipe.fields, words)
    kind = BY_CODE[type]
    chosen = _version(kind, version or recipe.version)
    content, told = _content(recipe, chosen, facts, words, status)
    new = _changed(kind, chosen, facts, content) if status == CHANGED else ()
    if new and recipe.changes:
        said = notes.text(notes.NURSING, "88")("\n".join((_NEWS, *new)))
        content = placed(chosen.structure, content, recipe.changes, said)
    lacks = _lacks(recipe, type, facts, content, status)
    document, refused = _document(kind, chosen, facts, content, msg_id, status)
    lacks += (refused,) if refused and not lacks else ()
    message = open_message(document).message() if document else None
    return Built(kind, told, lacks, message, document, purpose_of(type, facts), new)


def cancel(facts: Facts, *, msg_id: str) -> Built:
    """The message that `facts.about` sent from here, cancelled: all it said, under the status of a cancellation (HITS 1154).

    Raises INVALID AKS-EXCHANGE-043 for a type that has no status: a dialogue is corrected by a new message.
    """
    about = facts.about
    if about is None or "InformasjonOmForsendelsen" not in about.content:
        raise Problem(
            ProblemKind.INVALID,
            "AKS-EXCHANGE-043",
            "This message cannot be cancelled.",
            why="Only care messages have a status of the shipment.",
            now="Send a new message that says what was wrong.",
        )
    shipment = {"Forsendelsesstatus": Coded(CANCELLED, _STATUS[CANCELLED])}
    content = {**about.content, "InformasjonOmForsendelsen": shipment}
    document, refused = _document(about.type, about.version, facts, content, msg_id, CANCELLED)
    message = open_message(document).message() if document else None
    return Built(about.type, (), (refused,) if refused else (), message, document)


def recipe_of(type: str) -> Recipe:
    if type not in RECIPES:
        raise Problem(
            ProblemKind.NOT_FOUND,
            "AKS-EXCHANGE-041",
            "This type is not sent from here.",
            now=f"These are: {', '.join(RECIPES)}.",
        )
    return RECIPES[type]


def asked(type: str, facts: Facts) -> tuple[Field, ...]:
    """The fields that are to be typed: those the record does not know."""
    return tuple(field for field in recipe_of(type).fields if field.asked(facts))


def purpose_of(type: str, facts: Facts) -> str:
    answer = type in ("DIALOG_NOTAT", "DIALOG_HELSEFAGLIG") and dialogues.is_ready_answer(facts)
    return dialogues.ANSWERS_READY if answer else ""


def _version(kind: MessageType, number: str) -> Version:
    found = next((v for v in kind.versions if v.number == number), None)
    if found is None:
        raise Problem(ProblemKind.NOT_FOUND, "AKS-EXCHANGE-042", f"{kind.code} has no version {number} here.")
    return found


def _content(
    recipe: Recipe, version: Version, facts: Facts, words: Words, status: str
) -> tuple[dict[str, Any], tuple[Told, ...]]:
    structure = version.structure
    content: dict[str, Any] = _shipment(structure, facts, status)
    told: list[Told] = []
    for row in recipe.rows:
        if has_place(structure, row.path) and (filled := row.make(facts)) is not None:
            content = placed(structure, content, row.path, filled.value)
            said = _said(structure, row.path, filled.value)
            told.append(Told(row.words, row.path, said, row.record, filled.origins, row.frame))
    for field in recipe.fields:
        typed = words.get(field.name, "").strip() or field.usual
        if typed and has_place(structure, field.path) and field.asked(facts):
            value = field.write(typed)
            content = placed(structure, content, field.path, value)
            told.append(
                Told(
                    field.label,
                    field.path,
                    _said(structure, field.path, value),
                    "",
                    frame=typed == field.usual,
                )
            )
    if version.several and "Del" in content:
        content["Del"] = extract.contents(content["Del"])
    return completed(structure, content, _UNTOLD), tuple(told)


def _shipment(structure: Structure, facts: Facts, status: str) -> dict[str, Any]:
    if not any(element.name == "InformasjonOmForsendelsen" for element in structure.elements()):
        return {}
    told: dict[str, Any] = {"Forsendelsesstatus": Coded(status, _STATUS[status])}
    if status == NEW and facts.about is not None and facts.about.type.code == "DIALOG_FORESPORSEL":
        told["SvarPaaForesporsel"] = True
    return {"InformasjonOmForsendelsen": told}


def _said(structure: Structure, path: str, value: Any) -> str:
    return "\n".join(rendering.lines_of(structure, bare(placed(structure, {}, path, value))))


def _changed(kind: MessageType, version: Version, facts: Facts, content: Values) -> tuple[str, ...]:
    """Against the message before, as a reader sees both; without ids of components."""
    if facts.about is None or facts.about.version != version:
        return ()
    before, after = bare(facts.about.content), bare(content)
    found = changes.between(
        rendering.fields(version.structure, before), rendering.fields(version.structure, after)
    )
    return tuple(change.words for change in found if not _of_the_shipment(change))


def _of_the_shipment(change: changes.Change) -> bool:
    """Status, day of approval, and what an earlier change said of itself are no news of the patient."""
    formal = change.where.startswith("Forsendelsen") or change.where.endswith("Godkjent dato")
    return formal or any(said.startswith(_NEWS) for said in (change.before, change.after))


def _lacks(recipe: Recipe, type: str, facts: Facts, content: Values, status: str) -> tuple[Lack, ...]:
    found = [Lack(m.what, ENTER[m.what], m.source) for m in missing_in(type, content, recipe.demands)]
    if recipe.about and facts.about is None:
        found.append(Lack("Meldingen den gjelder", "Åpne den mottatte meldingen, og svar derfra."))
    if not sufficient_patient(facts):
        found.append(
            Lack(
                "Navn og fødselsnummer eller D-nummer",
                "Rett personopplysningene i journalen.",
                "HIS 80415:2012, 3.3.4",
            )
        )
    return tuple(found)


def sufficient_patient(facts: Facts) -> bool:
    """By the rule that receivers judge by."""
    return sufficient(msghead.person(people.person(facts.patient)))


def _document(
    kind: MessageType, version: Version, facts: Facts, content: Mapping[str, Any], msg_id: str, status: str
) -> tuple[bytes, Lack | None]:
    try:
        documents = write_content(version, content) if content else ()
        if not documents:
            return b"", Lack("Innhold", "Skriv noe, eller før det i journalen.")
        return head.write(kind, facts, documents, msg_id=msg_id, status=status), None
    except Problem as refused:
        # Its text names the place in the format, and no value.
        return b"", Lack(f"Noe formatet krever ({refused.what})", "Fyll ut feltene som mangler.")
