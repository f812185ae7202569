"""Care messages as a reader needs them."""

from akson.care.contacts.messages import care_message

TYPES = "urn:oid:2.16.578.1.12.4.1.1.8279"


def communication(code: str, text: str) -> dict:
    return {
        "id": "m",
        "status": "completed",
        "category": [{"coding": [{"system": TYPES, "code": code}], "text": "Melding"}],
        "payload": [{"contentString": text}],
    }


def test_a_message_of_fields_is_read_by_its_summary() -> None:
    message = care_message(
        communication("LOG_INNLAGT", "Innlagt i dag.\n\nStatus: Ny\nEnhet:\n  Navn: Post 2")
    )
    assert (message.title, message.text) == ("Innlagt på sykehus", "Innlagt i dag.")
    assert message.fields == "Status: Ny\nEnhet:\n  Navn: Post 2"


def test_nothing_of_a_letter_is_folded_away() -> None:
    message = care_message(communication("DIALOG_HELSEFAGLIG", "Første avsnitt.\n\nAndre avsnitt."))
    assert (message.text, message.fields) == ("Første avsnitt.\n\nAndre avsnitt.", "")
