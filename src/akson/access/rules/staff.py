"""Rules for those who work in the municipality. For which role, purpose and data each speaks, the policy's table says."""

from akson.access.actor import ActorKind
from akson.access.data_classes import DataClass
from akson.access.decision import Everything, NoPatient, PatientRelation, Restriction
from akson.access.rules import Asked, denies, permits


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
    """Organisations, professionals and words may be read by everyone who works here; only the system writes them."""
    if not asked.own_staff or asked.granted("AKS-RULE-REFERENCE") is None:
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


@denies(
    "AKS-RULE-NO-DUTY",
    source="helsepersonelloven § 21 a",
    words="Rollen har ingen oppgave som krever innsyn i journalen.",
    words_en="The role has no task that needs the record.",
)
def no_duty(asked: Asked) -> Restriction | None:
    """Clerical roles have no duty that needs a patient's record."""
    if not asked.own_staff or asked.actor.role not in asked.policy.clerical or asked.question.action == "log":
        return None
    if asked.data_class is DataClass.REFERENCE or asked.question.type == "Task":
        return None
    return Everything()


@denies(
    "AKS-RULE-LEVEL",
    source="eForvaltningsforskriften § 4; Normen 5.2",
    words="Innloggingen var ikke sterk nok.",
    words_en="The login was not strong enough.",
)
def weak_login(asked: Asked) -> Restriction | None:
    """Whoever logs in more weakly than the policy demands of her kind sees nothing."""
    if asked.actor.kind in (ActorKind.SYSTEM, ActorKind.ORGANISATION):
        return None
    # A kind that the policy forgot is held to the highest level there is.
    if asked.actor.level >= asked.policy.levels.get(asked.actor.kind.value, 4):
        return None
    return Everything()
