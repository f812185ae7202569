"""What closes the record to those who ask, whatever their relation: duty, login, the own record, an app's scopes."""

from akson.access.actor import ActorKind
from akson.access.algebra import negated
from akson.access.data_classes import DataClass
from akson.access.decision import ConcernsPatient, Everything, Restriction
from akson.access.giving import ACTIONS
from akson.access.rules import Asked, denies
from akson.access.rules.citizen import patient_ids
from akson.access.rules.post import on_duty
from akson.access.scopes import scope_restriction

HIGHEST_LEVEL = 4


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
    return None if on_duty(asked) else Everything()


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
    if asked.actor.level >= asked.policy.levels.get(asked.actor.kind.value, HIGHEST_LEVEL):
        return None
    return Everything()


@denies(
    "AKS-RULE-OWN-RECORD-AS-STAFF",
    source="helsepersonelloven § 21 a",
    words="Ansatte åpner ikke sin egen journal i stillingen; det gjør de som innbyggere.",
    words_en="Staff do not open their own record in their position; they do so as citizens.",
)
def own_record_as_staff(asked: Asked) -> Restriction | None:
    """Nobody uses her position to look into her own record."""
    own = patient_ids((asked.actor.own_patient,))
    if asked.actor.kind is not ActorKind.PRACTITIONER or not own:
        return None
    return ConcernsPatient(own)


@denies(
    "AKS-RULE-SCOPE",
    source="SMART App Launch 2.2; pasientjournalloven § 22",
    words="Appen har ikke fått lov til å se dette.",
    words_en="The app has not been allowed to see this.",
)
def app_scope(asked: Asked) -> Restriction | None:
    """What an app was not granted stays closed to it, however much its user may see."""
    actor = asked.actor
    # What a change gives is asked beside the change itself, and that is what scopes speak of.
    if actor.scopes is None or asked.question.action in ACTIONS:
        return None
    granted = scope_restriction(actor.scopes, actor.patient_context, asked.question)
    if granted is None:
        return Everything()
    return None if isinstance(granted, Everything) else negated(granted)
