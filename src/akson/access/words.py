"""What codes of the policy are called: bokmål for screens and for those who sign, English beside it."""

from akson.access.facts import RelationKind
from akson.access.giving import OWN_PEN

Words = tuple[str, str]
"""Bokmål, English."""

ANYTHING: Words = ("alle", "all")

RELATIONS: dict[str, Words] = {
    RelationKind.SERVICE_DECISION: ("tjenestevedtak", "service decision"),
    RelationKind.CARE_TEAM: ("team rundt pasienten", "care team"),
    RelationKind.WORKLIST: ("arbeidsliste", "worklist"),
    RelationKind.VISIT: ("besøk", "visit"),
    RelationKind.WARD: ("innlagt på avdelingen", "stay on the ward"),
    RelationKind.REFERRAL: ("henvisning eller søknad", "referral"),
    RelationKind.MESSAGE: ("melding", "message"),
    RelationKind.GP_LIST: ("fastlegeliste", "GP list"),
    RelationKind.SELF_DECLARED: ("oppgitt av den ansatte selv", "declared by the person herself"),
    RelationKind.ATTESTED: ("bekreftet av en annen virksomhet", "attested by another enterprise"),
    RelationKind.EMERGENCY: ("øyeblikkelig hjelp", "emergency"),
    OWN_PEN: (
        "ført opp av den ansatte selv, gir ingen innsyn",
        "written by the person herself, opens nothing",
    ),
    RelationKind.LIFTED: ("sperre opphevet", "restriction lifted"),
}
ROLES: dict[str, Words] = {
    "nurse": ("sykepleier", "nurse"),
    "doctor": ("lege", "doctor"),
    "gp": ("fastlege", "GP"),
    "health-worker": ("helsefagarbeider", "health worker"),
    "caseworker": ("saksbehandler", "caseworker"),
    "message-officer": ("meldingsansvarlig", "message officer"),
    "leader": ("leder", "leader"),
    "coordinator": ("koordinator", "coordinator"),
    "record-officer": ("journalansvarlig", "record officer"),
    "privacy-officer": ("personvernombud", "privacy officer"),
    "protected-address-officer": ("særskilt utpekt for gradert adresse", "named for protected addresses"),
    "administrator": ("systemansvarlig", "administrator"),
}
SERVICES: dict[str, Words] = {
    "KA02": ("legevakt", "emergency ward"),
    "KP02": ("sykepleietjeneste", "nursing"),
}
CLASSES: dict[str, Words] = {
    "demographic": ("personopplysninger", "demographics"),
    "service": ("tjenester", "services"),
    "message": ("meldinger og kontakter", "messages and contacts"),
    "clinical": ("helseopplysninger", "clinical data"),
    "reference": ("opplysninger uten pasient", "reference data"),
    "log": ("hvem som har sett", "who has seen"),
}
PURPOSES: dict[str, Words] = {
    "treatment": ("helsehjelp", "treatment"),
    "emergency": ("øyeblikkelig hjelp", "emergency"),
    "care-coordination": ("samordning", "care coordination"),
    "administration": ("saksbehandling", "administration"),
    "patient-request": ("innbyggerens ønske", "patient request"),
    "research": ("forskning", "research"),
    "operations": ("drift", "operations"),
}
ACTIONS: dict[str, Words] = {
    "read": ("lese", "read"),
    "search": ("søke", "search"),
    "history": ("se historikk", "history"),
    "create": ("skrive", "create"),
    "update": ("endre", "update"),
    "delete": ("slette", "delete"),
    "log": ("se hvem som har sett", "see the log"),
    "identify": ("finne personen", "identify"),
    "hold-bed": ("holde en plass, eller gi den fri", "hold a bed, or set it free"),
    "represent": ("føre inn hvem som representerer", "enter who represents"),
    "close": ("føre inn hva som er sperret", "enter what is closed"),
    "person": ("føre inn hvem personen er", "enter who the person is"),
    "give-service-decision": ("gi ved tjenestevedtak", "give by service decision"),
    "give-care-team": ("gi ved team", "give by care team"),
    "give-worklist": ("gi ved oppgave", "give by task"),
    "give-visit": ("gi ved besøk", "give by visit"),
    "give-ward": ("gi ved innleggelse", "give by stay"),
    "give-referral": ("gi ved henvisning", "give by referral"),
    "give-message": ("gi ved melding", "give by message"),
    "give-gp-list": ("gi ved fastlegeliste", "give by GP list"),
    "open-message": ("åpne én melding med grunn", "open one message with a ground"),
    "match-message": ("knytte en melding til en pasient", "place a message with a patient"),
}
BASES: dict[str, Words] = {
    "parental": ("foreldreansvar", "parental responsibility"),
    "power-of-attorney": ("fullmakt", "power of attorney"),
    "guardian": ("vergemål", "guardian"),
}
MODELS: dict[str, Words] = {
    "source-decides": ("kilden avgjør alt", "the source decides everything"),
    "consumer-attests": (
        "den som spør bekrefter, kilden filtrerer",
        "the consumer attests, the source filters",
    ),
    "mutual-trust": ("full gjensidig tillit innen en avtale", "mutual full trust within an agreement"),
}


def named(codes: tuple[str, ...], words: dict[str, Words], language: str = "nb") -> str:
    """The codes in words, in their order; `*` is all; a code without words stands for itself."""
    at = 1 if language == "en" else 0
    return ", ".join(ANYTHING[at] if c == "*" else words.get(c, (c, c))[at] for c in codes)
