"""The 54 business rules of the framework (information model 1.1), each with what we do about it and the test that shows it.

docs/security/attestation.md is made from this table: `python -m akson.identity.attestation.rules`. A test compares them, and
the table with the rules as published. Rules are told in our own words; where the source uses an id twice, so do we not.
"""

from dataclasses import dataclass

MADE, RECEIVED, BOTH, OUTSIDE = "when we make one", "when we receive one", "both ways", "not by us"


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    about: str
    asks: str
    enforced_by: str
    """Whom the framework names: consumer, source, NHN."""
    where: str
    how: str
    test: str
    """Name of a test function; "" where nothing runs here."""


_MUTATED = "test_no_mutation_is_accepted"
_AROUND = "test_nothing_around_it_may_be_other_either"
_MADE = "test_what_we_make_is_what_we_would_accept"
_REQUEST = "test_the_request_to_the_anchor_names_nobody"
_LOGGED = "test_a_doctor_elsewhere_sees_the_patient_attested_and_the_log_tells_why"
_SCHEMA = "test_ours_and_the_schemas_verdict_are_the_same"
_PURPOSE = "test_purpose_decision_and_digest_reach_the_record"
_CARE_UNIT = (
    "The caller states the place (`Place`); organisation and place come from the unit's own registration."
)

RULES: tuple[Rule, ...] = (
    Rule("ATT-1", "attestation", "Written as JSON or XML, as the service called decides.", "consumer", BOTH,
         "JSON, inside the access token.", _SCHEMA),
    Rule("ATT-2", "attestation", "Signed, so that it leads back to the organisation that decided.",
         "consumer, NHN, source", BOTH,
         "The token's signature by a configured issuer; legal entity must be the token's, and one the issuer vouches for.",
         "test_an_enterprise_vouches_for_itself_alone"),
    Rule("ATT-3", "attestation", "TLS on the way; encrypted at rest.", "all", OUTSIDE,
         "TLS ends in front of the node; the attestation itself is not kept, only its digest and the decision's id.", ""),
    Rule("ATT-4", "attestation", "Bound to the patient asked about.", "all", RECEIVED,
         "What is seen is restricted to the patients named, inside the query.",
         "test_another_patient_is_as_if_she_did_not_exist"),
    Rule("ATT-5", "attestation", "The source lets the patient's blocks stand.", "source", RECEIVED,
         "An attestation is one rule of the policy among others; a rule that denies outranks it.", "test_truth_table"),
    Rule("ATT-6", "patients", "Without a patient only narrow data.", "source", RECEIVED,
         "Nothing of any patient is seen; reference data is.", "test_another_patient_is_as_if_she_did_not_exist"),
    Rule("ATT-7", "practitioner.identifier", "Traceable in logs, used to validate.", "consumer, source, NHN", BOTH,
         "Compared with the user; the log holds the HPR number or a pseudonym and the digest of the attestation.",
         _MUTATED),
    Rule("ATT-8", "practitioner.identifier", "The citizen sees the name, never the number.", "consumer, source, NHN",
         RECEIVED, "The actor's id is `hpr-…`; the national id is dropped when it has been compared.", _LOGGED),
    Rule("ATT-9", "practitioner.identifier", "Assurance level high.", "consumer, source, NHN", RECEIVED,
         "Security level 4 in the token, and again in the policy (AKS-RULE-LEVEL).", _AROUND),
    Rule("ATT-10", "practitioner.identifier", "Fødselsnummer or D-number, else refused.", "consumer, source, NHN", BOTH,
         "AKS-ATTEST-012 and 041.", _MUTATED),
    Rule("ATT-11", "practitioner.identifier", "Equal to the user, else refused.", "consumer, source, NHN", BOTH,
         "AKS-ATTEST-040; what we make names the actor who holds the relation.", _MUTATED),
    Rule("ATT-12", "practitioner.legal_entity", "Member of Helsenettet with accepted terms.", "NHN", OUTSIDE,
         "The trust anchor's; for an enterprise's own issuer the operator lists its `partners`.", ""),
    Rule("ATT-13", "practitioner.legal_entity", "Unambiguous and safe from tampering.", "consumer, NHN, source", BOTH,
         "Nine digits in …4.101, equal to the token's orgnr_parent: AKS-ATTEST-015 and 050.", _MUTATED),
    Rule("ATT-15", "practitioner.legal_entity", "Main unit where care is given, never the temp agency.", "consumer", MADE,
         _CARE_UNIT, _MADE),
    Rule("ATT-16", "practitioner.legal_entity", "Part of the source's access log.", "consumer, NHN, source", RECEIVED,
         "The event's `enterprise`.", _LOGGED),
    Rule("ATT-18", "practitioner.point_of_care", "Sub-unit where the professional works.", "consumer", MADE,
         _CARE_UNIT, _MADE),
    Rule("ATT-19", "practitioner.point_of_care", "The main unit where there is no sub-unit.", "consumer", BOTH,
         "Filled in when we make one; when received it must be the token's unit, or its main unit: AKS-ATTEST-052.",
         _MADE),
    Rule("ATT-20", "practitioner.point_of_care", "Used in control and, where useful, shown to the citizen.",
         "consumer, NHN, source", RECEIVED,
         "The event's `place`; its name is what the citizen reads, unless a department is named.", _LOGGED),
    Rule("ATT-21", "practitioner.department", "Units outside the register are attested here.", "consumer", MADE,
         "`Place.department`.", _MADE),
    Rule("ATT-22", "practitioner.department", "As detailed as the patient knows it.", "consumer", MADE,
         "A matter of registration: the unit's own name is sent.", ""),
    Rule("ATT-23", "practitioner.department", "May be there; then it is logged.", "consumer, source", RECEIVED,
         "Its name becomes the unit in the log.", _LOGGED),
    Rule("ATT-24", "practitioner.department", "Not for small organisations.", "consumer", MADE,
         "Left out when there is none.", _REQUEST),
    Rule("ATT-25", "practitioner.department", "Municipalities may name school or ward.", "consumer", MADE,
         "`Place.department`.", _MADE),
    Rule("ATT-27", "practitioner.department", "The organisation chooses how fine.", "consumer", MADE,
         "A matter of registration.", ""),
    Rule("ATT-28", "practitioner.department", "Local ids: authority is the entity's number, system unique.", "consumer",
         BOTH, "`Unit.system` and `authority`; received: an id and a urn, AKS-ATTEST-017.", _MUTATED),
    Rule("ATT-29", "practitioner.hpr_nr", "Given when in HPR, left out when not.", "consumer", BOTH,
         "From the actor; received it must be the token's, present or absent: AKS-ATTEST-042.", _MUTATED),
    Rule("ATT-31", "practitioner.authorization", "The one closest to the role.", "consumer", MADE,
         "The role decides the code of 9060.", _MADE),
    Rule("ATT-32", "practitioner.authorization", "Refused when it does not match HPR.", "consumer, NHN, source", RECEIVED,
         "A code of 9060, only beside an HPR number: AKS-ATTEST-014 and 043. HPR itself is asked by the trust anchor.",
         _MUTATED),
    Rule("ATT-33", "care_relation.healthcare_service", "The kind of service given.", "consumer", MADE,
         "Code of 8663 from the unit.", _MADE),
    Rule("ATT-34", "care_relation.healthcare_service", "Used in control and shown to the citizen.", "consumer, source",
         RECEIVED, "Not shown yet; the digest leads to it on the consumer's side.", ""),
    Rule("ATT-35", "care_relation.healthcare_service", "The one that best explains the access.", "consumer", MADE,
         "The caller's choice.", ""),
    Rule("ATT-36", "care_relation.healthcare_service", "Cases without a service are provided for.", "consumer", MADE,
         "Service may be left out when details are given.", _MADE),
    Rule("ATT-37", "care_relation.healthcare_service", "From one of ten lists.", "consumer", BOTH,
         "AKS-ATTEST-018.", _MUTATED),
    Rule("ATT-38", "care_relation.purpose_of_use", "TREAT: care that is not acute; ordinary rules.", "consumer", BOTH,
         "Treatment.", _PURPOSE),
    Rule("ATT-39", "care_relation.purpose_of_use", "ETREAT: care in the emergency chain; ordinary rules.", "consumer",
         RECEIVED, "Treatment: the ordinary rules. We do not send it.", _PURPOSE),
    Rule("ATT-40", "care_relation.purpose_of_use", "COC: not direct care, such as granting services.", "consumer", BOTH,
         "Care coordination.", _PURPOSE),
    Rule("ATT-41", "care_relation.purpose_of_use", "BTG: ordinary rules set aside.", "consumer", BOTH,
         "Emergency, for exactly one patient: AKS-ATTEST-073.", _PURPOSE),
    Rule("ATT-42", "care_relation.purpose_of_use_details", "Used in control, shown when given.", "consumer, source",
         RECEIVED, "Not shown yet; the digest leads to it on the consumer's side.", ""),
    Rule("ATT-43", "care_relation.purpose_of_use_details", "Service or details must be given.", "consumer", BOTH,
         "AKS-ATTEST-020; not made without either.", _MUTATED),
    Rule("ATT-44", "care_relation.purpose_of_use_details", "As precise as the patient knows it.", "consumer", MADE,
         "The caller's choice.", ""),
    Rule("ATT-45", "care_relation.purpose_of_use_details", "9151 for municipal care; others allowed.", "consumer", BOTH,
         "We send 9151; received: any code with a system, AKS-ATTEST-021.", _MUTATED),
    Rule("ATT-46", "care_relation.decision_ref", "All find the entries of the original decision.",
         "consumer, NHN, source", BOTH,
         "One id for the same relation; received it is the event's `decision_ref`, beside the digest; AKS-ATTEST-022, 060.",
         _LOGGED),
    Rule("ATT-47", "care_relation.decision_ref", "One for lists, one for a patient; made locally.", "consumer", MADE,
         "Made from the relation, which is to one patient.", "test_a_decision_has_one_id_that_leads_nowhere_else"),
    Rule("ATT-48", "care_relation.decision_ref", "user_selected is true or false.", "consumer, source, NHN", BOTH,
         "AKS-ATTEST-023; true for what the user has stated herself.", _MUTATED),
    Rule("ATT-49", "patients.point_of_care", "Where a contact is registered.", "consumer", BOTH,
         "We do not send it; received: a unit of the register, AKS-ATTEST-026.", _SCHEMA),
    Rule("ATT-50", "patients.point_of_care", "The main unit where there is no sub-unit.", "consumer", MADE,
         "We do not send it.", ""),
    Rule("ATT-51", "patients.point_of_care", "Not given when treated elsewhere.", "consumer", MADE,
         "We never send it.", _REQUEST),
    Rule("ATT-52", "patients.point_of_care", "Used in control, where useful shown.", "consumer, source", RECEIVED,
         "Not shown yet; the digest leads to it on the consumer's side.", ""),
    Rule("ATT-53", "patients.department", "Only with a registered contact.", "consumer", MADE,
         "We never send it.", _REQUEST),
    Rule("ATT-54", "patients.department", "Less detailed where discretion is needed.", "consumer", MADE,
         "We never send it.", _REQUEST),
    Rule("ATT-55", "patients.department", "The parent unit where there is no sub-unit.", "consumer, NHN, source", MADE,
         "We never send it.", _REQUEST),
    Rule("ATT-56", "patients.department", "Not used when treated elsewhere.", "consumer, NHN, source", MADE,
         "We never send it.", _REQUEST),
    Rule("ATT-57", "patients.department", "Used in control and shown.", "consumer, source", RECEIVED,
         "Not shown yet; the digest leads to it on the consumer's side.", ""),
    Rule("ATT-58", "attestation.toa", "At most 60 minutes old, else attestation_has_expired.",
         "consumer; NHN, source reject", BOTH,
         "AKS-ATTEST-030; the limit may be set lower; made anew for every call to HelseID.", _MUTATED),
)  # fmt: skip

_PAGE = """\
# Attestations of the national trust framework

Made from the table in `src/akson/identity/attestation/rules.py`: `python -m akson.identity.attestation.rules >
docs/security/attestation.md`. A test compares them, and the table with the rules as published.

The rules are those of information model 1.1 (30.04.2024, NorskHelsenett/Tillitsrammeverk), in our own words. *Enforced by*
is whom the framework names. What each refusal is called stands in `src/akson/identity/attestation/refusals.py`; K-01, the
list of mutations, in `tests/api/test_attestations.py`.

{table}
"""


def table_markdown() -> str:
    lines = [
        "| rule | about | asks | enforced by | where | how | test |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {r.id} | `{r.about}` | {r.asks} | {r.enforced_by} | {r.where} | {r.how} | {f'`{r.test}`' if r.test else '–'} |"
        for r in RULES
    ]
    return "\n".join(lines)


def page_markdown() -> str:
    """The whole of docs/security/attestation.md."""
    return _PAGE.format(table=table_markdown())


if __name__ == "__main__":
    print(page_markdown(), end="")  # noqa: T201 - the page
