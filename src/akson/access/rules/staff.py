"""Rules for those who work in the service. Source: helsepersonelloven §§ 21, 25, 45; pasientjournalloven §§ 16, 19."""

from datetime import datetime

from akson.access.actor import Actor, ActorKind, PurposeOfUse
from akson.access.data_classes import DataClass, data_class
from akson.access.decision import Everything, NoPatient, PatientRelation, Question
from akson.access.rules import Ruling, denies, permits

LEVEL_REQUIRED = 4
CLINICAL_ROLES = frozenset({"nurse", "doctor", "gp"})
_CARE_PURPOSES = frozenset({PurposeOfUse.TREATMENT, PurposeOfUse.CARE_COORDINATION})
_CASEWORK_CLASSES = frozenset({DataClass.DEMOGRAPHIC, DataClass.SERVICE, DataClass.MESSAGE})
_CASEWORK_PURPOSES = frozenset(
    {PurposeOfUse.ADMINISTRATION, PurposeOfUse.CARE_COORDINATION, PurposeOfUse.TREATMENT}
)
_READING = frozenset({"read", "search", "history"})
_WORKING = _READING | {"create", "update", "delete"}
_CLERICAL_ROLES = frozenset({"administrator", "message-officer", "privacy-officer"})


def weak_login(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """Staff whose login is weaker than level 4 see nothing."""
    if actor.kind is ActorKind.PRACTITIONER and actor.level < LEVEL_REQUIRED:
        return denies(
            "AKS-RULE-LEVEL",
            "Innloggingen var ikke sterk nok (nivå 4 kreves).",
            "eForvaltningsforskriften § 4",
        )
    return None


def reference_data(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """Organisations, professionals and words may be read by everyone who works here; only the system writes them."""
    if actor.kind is not ActorKind.PRACTITIONER or question.action not in _READING:
        return None
    if data_class(question.type) is not DataClass.REFERENCE:
        return None
    return permits("AKS-RULE-REFERENCE", "Opplysningen gjelder ingen pasient.", "", NoPatient())


def care_relation(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """Health personnel see and write what concerns patients they, or their unit, have a care relation to.

    Of the patient's access log they see their own lines; the record sees to that.
    """
    if actor.kind is not ActorKind.PRACTITIONER or actor.role not in CLINICAL_ROLES:
        return None
    if purpose not in _CARE_PURPOSES or data_class(question.type) is DataClass.REFERENCE:
        return None
    if question.action not in _WORKING | {"log"}:
        return None
    return permits(
        "AKS-RULE-CARE-RELATION",
        f"{actor.unit_name or 'Tjenesten'} gir deg helsehjelp, og oppslaget gjaldt helsehjelpen.",
        "helsepersonelloven §§ 25 og 45; pasientjournalloven § 19",
        PatientRelation(actor.grantees, at),
    )


def casework(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """Caseworkers see services, demographics and correspondence of patients their office handles; no clinical notes."""
    if (
        actor.kind is not ActorKind.PRACTITIONER
        or actor.role != "caseworker"
        or purpose not in _CASEWORK_PURPOSES
    ):
        return None
    if question.action not in _WORKING or data_class(question.type) not in _CASEWORK_CLASSES:
        return None
    return permits(
        "AKS-RULE-CASEWORK",
        f"{actor.unit_name or 'Saksbehandlingen'} behandler saken din.",
        "forvaltningsloven § 13 b; pasientjournalloven § 19",
        PatientRelation(actor.grantees, at),
    )


def unmatched_items(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """Items that belong to no patient yet (a message nobody could be matched to) are the work of message officers."""
    if actor.kind is not ActorKind.PRACTITIONER or actor.role != "message-officer":
        return None
    if question.type != "Task" or question.action not in _READING | {"update"}:
        return None
    return permits(
        "AKS-RULE-UNMATCHED", "Meldingen manglet pasient.", "pasientjournalloven § 22", NoPatient()
    )


def privacy_officer(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """The privacy officer reads the access log, and nothing of the record itself."""
    if (
        actor.kind is not ActorKind.PRACTITIONER
        or actor.role != "privacy-officer"
        or question.action != "log"
    ):
        return None
    return permits(
        "AKS-RULE-PRIVACY-OFFICER",
        "Personvernombudet kontrollerte hvem som har åpnet journalen.",
        "personvernforordningen artikkel 39",
        Everything(),
    )


def no_duty(actor: Actor, purpose: PurposeOfUse, question: Question, at: datetime) -> Ruling | None:
    """Clerical roles have no duty that needs a patient's record."""
    if (
        actor.kind is not ActorKind.PRACTITIONER
        or actor.role not in _CLERICAL_ROLES
        or question.action == "log"
    ):
        return None
    if data_class(question.type) is DataClass.REFERENCE or question.type == "Task":
        return None
    return denies(
        "AKS-RULE-NO-DUTY",
        "Rollen har ingen oppgave som krever innsyn i journalen.",
        "helsepersonelloven § 21 a",
    )
