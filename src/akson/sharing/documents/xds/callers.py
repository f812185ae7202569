"""From an assertion that holds to who that is here. Policy and relations decide what she sees, as for whoever comes by FHIR.

    personnel   an enterprise vouches that she gives this one patient health care     Actor(PRACTITIONER, attested=…)
    citizen     a national service vouches that it is she, for her own record         Actor(CITIZEN)

Nobody comes this way for somebody else: who represents whom stands in the record, and the login of the node asks it.
"""

from dataclasses import dataclass

from akson.access.actor import Actor, ActorKind, Attested, PurposeOfUse
from akson.fhir.problem import Problem, ProblemKind
from akson.identity.attestation.purposes import PURPOSE_OF
from akson.identity.directory import Directory
from akson.sharing.documents.scopes import READING
from akson.sharing.documents.xds.saml import CONSENTS, REPRESENTING, Asserted, Trusted, verified
from akson.world import Clock

PERSONNEL_SCOPE = "journaldokumenter_helsepersonell"
CITIZEN_SCOPE = "innsynpasientjournal"
_ROLES = {"LE": "doctor", "SP": "nurse"}
"""Authorisations of 9060 that are roles here, as for tokens."""


@dataclass(frozen=True, slots=True)
class SamlCaller:
    actor: Actor
    purpose: PurposeOfUse
    ground: str
    patient: tuple[str, str]
    """(number, OID): whom alone the assertion is for."""


class SamlCallers:
    """Built once per process."""

    def __init__(self, trusted: Trusted, directory: Directory, *, own: str, clock: Clock) -> None:
        """`own`: the municipality's organisation number; its own people come by its own login."""
        self._trusted = trusted
        self._directory = directory
        self._own = own
        self._clock = clock

    async def identify(self, assertion: bytes | None) -> SamlCaller:
        """Raises UNAUTHENTICATED AKS-SAML-001…010, FORBIDDEN 011 (scope), 012 (issuer), 013 (purpose), 014 (for another)."""
        said = verified(assertion, self._trusted, self._clock.now())
        here = await self._directory.patients(
            said.issuer.tenant, f"urn:oid:{said.patient_system}", said.patient
        )
        if said.citizen:
            return self._citizen(said, here)
        return self._personnel(said, here)

    def _personnel(self, said: Asserted, here: tuple[str, ...]) -> SamlCaller:
        if PERSONNEL_SCOPE not in said.scopes:
            raise _refused("011", "The assertion is not for documents of patients.")
        if not said.issuer.vouches_for(said.organisation) or said.organisation == self._own:
            raise _refused("012", "The issuer does not vouch for this enterprise here.")
        purpose = PURPOSE_OF.get(said.purpose)
        if purpose is None or not said.decision:
            raise _refused(
                "013", "The purpose is none that documents are shared for, or no decision is named."
            )
        actor = Actor(
            kind=ActorKind.PRACTITIONER,
            id=f"hpr-{said.hpr}" if said.hpr else f"saml-{said.digest[:24]}",
            name=said.name,
            tenant=said.issuer.tenant,
            role=_ROLES.get(said.role, ""),
            hpr=said.hpr,
            unit_name=said.unit_name,
            level=4,
            scopes=READING,
            client=said.client,
            attested=Attested(
                patients=here,
                purpose=purpose,
                decision=said.decision,
                digest=said.digest,
                legal_entity=said.organisation,
                point_of_care=said.unit,
            ),
        )
        consent = CONSENTS.get(said.acp, "")
        ground = f"{said.decision} ({consent})" if consent else said.decision
        return SamlCaller(actor, purpose, ground, (said.patient, said.patient_system))

    def _citizen(self, said: Asserted, here: tuple[str, ...]) -> SamlCaller:
        if CITIZEN_SCOPE not in said.scopes:
            raise _refused("011", "The assertion is not for documents of patients.")
        if not said.issuer.citizens:
            raise _refused("012", "The issuer does not speak for citizens here.")
        if said.acp in REPRESENTING or said.national_id != said.patient:
            raise _refused("014", "Nobody reads another's documents as a citizen by this way.")
        # Several records of one person are one to the record; none is a citizen of whom nothing is known.
        reference = f"Patient/{here[0]}" if here else ""
        actor = Actor(
            kind=ActorKind.CITIZEN,
            id=here[0] if here else "unknown-citizen",
            name=said.name,
            tenant=said.issuer.tenant,
            reference=reference,
            level=4,
            scopes=READING,
            client=said.client,
        )
        return SamlCaller(actor, PurposeOfUse.PATIENT_REQUEST, "", (said.patient, said.patient_system))


def _refused(number: str, why: str) -> Problem:
    return Problem(ProblemKind.FORBIDDEN, f"AKS-SAML-{number}", "The assertion opens nothing here.", why=why)
