"""What a product that only sends messages has told, as FHIR. Pure: letters that have been read, in.

| of a letter | becomes |
| --- | --- |
| whom it is about | Patient, by her national number; later letters correct name and address |
| who wrote it | Organization, by HER-id; a CareTeam for the unit that writes about her: its care relation |
| the letter | Communication with its words |
| a diagnosis in it | Condition as text, without a status: the letter has none |

A letter about nobody with a national number is left out and counted.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from akson.sharing.legacy.codes import Codes
from akson.sharing.legacy.marks import id_of, marked, national, provenances, reference
from akson.sharing.legacy.values import Account, Filling, Resource

ADAPTER = "brev"
_HER = "urn:oid:2.16.578.1.12.4.1.2"
_TYPES = "urn:oid:2.16.578.1.12.4.1.1.8279"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, read: `akson.app.wrapping.letters` makes them with the post's own reader."""

    id: str
    type: str
    """Code in 8279."""
    type_words: str
    sent: str
    """An instant."""
    sender_her: str
    sender: str
    national_id: str
    given: str
    family: str
    born: str
    """YYYY-MM-DD or ""."""
    gender: str
    text: str
    diagnoses: tuple[str, ...] = ()


def fill(
    letters: Iterable[Letter], *, units: Mapping[str, str], taken: str, named: Callable[[str], str]
) -> Filling:
    """`units`: HER-id -> id of the Organization it is here. `named` makes a name that tells nothing of a national number,
    the same for the same number: ids stand in addresses and logs."""
    account = Account()
    made: dict[tuple[str, str], Resource] = {}
    for letter in sorted(letters, key=lambda one: (one.sent, one.id)):
        if not letter.national_id:
            account.left_out["MELDING", "pasient uten fødselsnummer"] += 1
            continue
        account.mapped[letter.type] += 1
        for resource in _of(letter, named(letter.national_id), units, account):
            made[resource["resourceType"], resource["id"]] = resource
    about = Codes.of(ADAPTER, account).about
    product = f"{about['product']} {about['version']}"
    return Filling((*made.values(), *provenances(made.values(), ADAPTER, product, taken)), account)


def _of(letter: Letter, her: str, units: Mapping[str, str], account: Account) -> Iterable[Resource]:
    patient = id_of(ADAPTER, "pasient", her)
    unit = units.get(letter.sender_her) or id_of(ADAPTER, "her", letter.sender_her)
    subject = reference("Patient", patient)
    resources: list[Resource] = [
        {
            "resourceType": "Organization", "id": unit, "active": True, "name": letter.sender,
            "identifier": [{"system": _HER, "value": letter.sender_her}],
        },
        {
            "resourceType": "Patient", "id": patient, "identifier": national(letter.national_id), "active": True,
            "name": [{"use": "official", "family": letter.family, "given": letter.given.split()}],
            **({"birthDate": letter.born} if letter.born else {}),
            **({"gender": letter.gender} if letter.gender else {}),
        },
        {
            "resourceType": "CareTeam", "id": id_of(ADAPTER, "enhet", f"{unit} {her}"), "status": "active",
            "name": letter.sender, "subject": subject, "participant": [{"member": reference("Organization", unit)}],
        },
        {
            "resourceType": "Communication", "id": id_of(ADAPTER, "melding", letter.id), "status": "completed",
            "category": [{"coding": [{"system": _TYPES, "code": letter.type}], "text": letter.type_words}],
            "subject": subject, "sent": letter.sent, "sender": reference("Organization", unit, letter.sender),
            "payload": [{"contentString": letter.text}],
        },
    ]  # fmt: skip
    for words in letter.diagnoses:
        account.kept_as_text("MELDING.diagnose", "diagnose som tekst")
        resources.append(_condition(letter, patient, her, words))
    return [marked(one, ADAPTER, letter.type, letter.id) for one in resources]


def _condition(letter: Letter, patient: str, her: str, words: str) -> Resource:
    """The same words in a later letter are the same condition, last told then."""
    return {
        "resourceType": "Condition",
        "id": id_of(ADAPTER, "diagnose", f"{her} {words.casefold()}"),
        "code": {"text": words},
        "subject": reference("Patient", patient),
        "recordedDate": letter.sent,
    }
