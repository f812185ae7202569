"""Scopes in bokmål, as one reads them who must say yes or no. What a scope means stands in akson.access.scopes."""

from collections.abc import Sequence

from akson.access.scopes import AppScope

TYPE_WORDS = {
    "*": "hele journalen",
    "AllergyIntolerance": "allergier",
    "Appointment": "avtaler",
    "CarePlan": "tiltaksplaner",
    "CareTeam": "hvem som gir hjelp",
    "ClinicalImpression": "vurderinger",
    "Communication": "meldinger",
    "Condition": "diagnoser og problemer",
    "DiagnosticReport": "svarrapporter",
    "DocumentReference": "dokumenter",
    "Encounter": "besøk og innleggelser",
    "EpisodeOfCare": "tjenester",
    "Goal": "mål",
    "Immunization": "vaksiner",
    "MedicationRequest": "legemidler",
    "MedicationStatement": "legemidler i bruk",
    "Observation": "målinger og prøvesvar",
    "Organization": "virksomheter",
    "Patient": "navn, adresse og fødselsnummer",
    "Practitioner": "ansatte",
    "Procedure": "prosedyrer",
    "RelatedPerson": "pårørende",
    "Task": "oppgaver",
}
_READING, _WRITING = frozenset("rs"), frozenset("cud")


def may(scopes: Sequence[AppScope], words: Sequence[str]) -> tuple[str, ...]:
    """What the app may, a line each."""
    found = [_line(scope) for scope in scopes]
    if "openid" in words:
        found.append("vite hvem du er")
    return tuple(dict.fromkeys(found))


def stays(words: Sequence[str]) -> str:
    if "offline_access" in words:
        return "Appen får tilgang i inntil 30 dager, også når du er logget ut."
    if "online_access" in words:
        return "Appen får tilgang så lenge du er logget inn."
    return "Appen får tilgang i ti minutter."


def _line(scope: AppScope) -> str:
    letters = set(scope.permissions)
    if letters & _READING and letters & _WRITING:
        verb = "se og endre"
    else:
        verb = "se" if letters & _READING else "endre"
    what = TYPE_WORDS.get(scope.type, scope.type)
    part = (
        f" (bare {', '.join(value.rpartition('|')[2] for _, value in scope.arguments)})"
        if scope.arguments
        else ""
    )
    whose = "for denne pasienten" if scope.context == "patient" else "for alle du selv har tilgang til"
    return f"{verb} {what}{part} {whose}"
