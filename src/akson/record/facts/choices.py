"""What a citizen has said of where her data may live (reservasjon), as it stands in a Consent.

    Consent.status active · category coding https://akson.no/fhir/CodeSystem/storage-choice
        no-central    no copy of hers at a central node
        no-index      no entry of hers in an index either
        no-sharing    nothing leaves her own municipality: also a closing, to everyone who works elsewhere

Source: pasientjournalloven § 17; forskrift om kjernejournal § 4 (reservasjon); EHDS article 10.
"""

from akson.record.facts.elements import Json, codings

CHOICE_SYSTEM = "https://akson.no/fhir/CodeSystem/storage-choice"
KNOWN_CHOICES = frozenset({"no-central", "no-index", "no-sharing"})


def choices(consent: Json) -> frozenset[str]:
    """Codes of an active one; a code that nobody knows keeps most away, and is `no-sharing`."""
    if consent.get("status") != "active":
        return frozenset()
    said = {code for system, code in codings(consent.get("category")) if system == CHOICE_SYSTEM}
    return frozenset(code if code in KNOWN_CHOICES else "no-sharing" for code in said)
