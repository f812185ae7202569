"""What opens the record to those who work in the municipality. For which role and purpose, the policy's table says."""

from urllib.parse import quote

from akson.access.actor import ActorKind
from akson.access.algebra import all_of, negated
from akson.access.decision import Everything, Matching, NoPatient, PatientRelation, Restriction
from akson.access.rules import FOLLOWED_UP, Asked, permits


@permits(
    "AKS-RULE-CARE-RELATION",
    source="helsepersonelloven §§ 25 og 45; pasientjournalloven § 19",
    words="{unit} gir deg helsehjelp, og oppslaget gjaldt helsehjelpen.",
    words_en="{unit} gives you care, and this was part of the care.",
)
def care_relation(asked: Asked) -> Restriction | None:
    """Health personnel see and write what concerns patients they, or their unit, have a care relation to.

    Of the patient's access log they see their own lines; the record sees to that.
    """
    return _related(asked, "AKS-RULE-CARE-RELATION")


@permits(
    "AKS-RULE-CASEWORK",
    source="forvaltningsloven § 13 b; pasientjournalloven § 19",
    words="{unit} behandler saken din.",
    words_en="{unit} is handling your case.",
)
def casework(asked: Asked) -> Restriction | None:
    """Caseworkers see services, demographics and correspondence of patients their office handles; no clinical notes."""
    return _related(asked, "AKS-RULE-CASEWORK")


@permits(
    "AKS-RULE-SELF-DECLARED",
    source="helsepersonelloven §§ 25 og 45; pasientjournalloven § 19",
    words="{name} oppga selv, med en grunn, at hun eller han gir deg helsehjelp.",
    words_en="{name} declared, with a reason, that she or he gives you care.",
    obligations=FOLLOWED_UP,
)
def self_declared(asked: Asked) -> Restriction | None:
    """Who has declared a care relation with a reason sees what it needs: she alone, never her unit."""
    return _opened_herself(asked, "AKS-RULE-SELF-DECLARED")


@permits(
    "AKS-RULE-EMERGENCY",
    source="helsepersonelloven § 7; pasientjournalloven § 19",
    words="{name} ga deg øyeblikkelig hjelp og åpnet det hjelpen trengte.",
    words_en="{name} gave you emergency care and opened what that needed.",
    obligations=FOLLOWED_UP,
)
def emergency(asked: Asked) -> Restriction | None:
    """In an emergency: what the policy names of patients whom she herself has opened, with a ground, for some hours."""
    return _opened_herself(asked, "AKS-RULE-EMERGENCY")


@permits(
    "AKS-RULE-IDENTIFY",
    source="helsepersonelloven § 7; pasientjournalforskriften § 6",
    words="{name} søkte deg fram for å gi deg helsehjelp.",
    words_en="{name} looked you up in order to give you care.",
)
def identify(asked: Asked) -> Restriction | None:
    """Before a record is opened with a ground, its person must be found. Everything beyond identity is redacted."""
    if not asked.own_staff or asked.question.type != "Patient" or asked.granted("AKS-RULE-IDENTIFY") is None:
        return None
    return negated(NoPatient())


def _opened_herself(asked: Asked, rule: str) -> Restriction | None:
    kinds = asked.granted(rule) if asked.own_staff else None
    if not kinds:
        return None
    return PatientRelation(asked.actor.persons, asked.question.at, kinds)


def _related(asked: Asked, rule: str) -> Restriction | None:
    kinds = asked.granted(rule) if asked.own_staff else None
    if not kinds:
        return None
    return PatientRelation(asked.actor.grantees, asked.question.at, kinds)


@permits(
    "AKS-RULE-REFERENCE",
    source="pasientjournalloven § 16 (gjelder ikke opplysninger uten pasient)",
    words="Opplysningen gjelder ingen pasient.",
    words_en="The information concerns no patient.",
)
def reference_data(asked: Asked) -> Restriction | None:
    """Organisations, professionals and words are read by all personnel, here and elsewhere; only the system writes them."""
    if asked.actor.kind is not ActorKind.PRACTITIONER or asked.granted("AKS-RULE-REFERENCE") is None:
        return None
    return NoPatient()


HOLD_BED = "hold-bed"
"""To change nothing of a bed but which holds it carries: whether a change is that, the record finds out (record/holding)."""


@permits(
    "AKS-RULE-HOLD-BED",
    source="helse- og omsorgstjenesteloven § 3-2 første ledd nr. 6; FOR-2011-11-18-1115 § 11",
    words="{name} lovet bort en korttidsplass. Plassen sier ikke hvem den er lovet til.",
    words_en="{name} promised a short-term bed. The bed does not tell to whom.",
)
def hold_bed(asked: Asked) -> Restriction | None:
    """Who answers hospitals marks a bed as held, or as free again, and changes nothing else of it. Whose the hold is stands
    with the patient, under the rules of her record."""
    bed = asked.question.type == "Location" and asked.question.action == HOLD_BED
    if not asked.own_staff or not bed or asked.granted("AKS-RULE-HOLD-BED") is None:
        return None
    return NoPatient()


@permits(
    "AKS-RULE-UNMATCHED",
    source="pasientjournalloven § 22",
    words="Meldingen manglet pasient.",
    words_en="The message named no patient that could be found.",
)
def unmatched_items(asked: Asked) -> Restriction | None:
    """Items that belong to no patient yet (a message nobody could be matched to) are the work of message officers."""
    if not asked.own_staff or asked.question.type != "Task" or asked.granted("AKS-RULE-UNMATCHED") is None:
        return None
    return NoPatient()


@permits(
    "AKS-RULE-OWNED-ITEM",
    source="pasientjournalloven § 22; helsepersonelloven § 16",
    words="{name} har ansvaret for oppgaven, som ikke nevner noen pasient.",
    words_en="{name} is responsible for the item, which names no patient.",
)
def owned_items(asked: Asked) -> Restriction | None:
    """Who has been given an item that names no patient (a message that was refused), herself or by her unit, sees to it."""
    owners = asked.actor.grantees
    if not asked.own_staff or asked.question.type != "Task" or not owners:
        return None
    if asked.granted("AKS-RULE-OWNED-ITEM") is None:
        return None
    return all_of(NoPatient(), owned_by(owners))


def owned_by(owners: tuple[str, ...]) -> Matching:
    """Tasks whose owner is one of these references."""
    return Matching("Task", f"owner={quote(','.join(owners))}")


@permits(
    "AKS-RULE-PRIVACY-OFFICER",
    source="personvernforordningen artikkel 39",
    words="Personvernombudet kontrollerte hvem som har åpnet journalen.",
    words_en="The privacy officer checked who has opened the record.",
)
def privacy_officer(asked: Asked) -> Restriction | None:
    """The privacy officer reads the access log, and nothing of the record itself."""
    if not asked.own_staff or asked.granted("AKS-RULE-PRIVACY-OFFICER") is None:
        return None
    return Everything()
