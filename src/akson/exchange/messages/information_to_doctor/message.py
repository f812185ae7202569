"""Helseopplysninger til lege, as a type of the post."""

from akson.exchange.components.care_message import CareInformation
from akson.exchange.messages.information_to_doctor.format import VERSIONS

MESSAGE = CareInformation(
    code="HELSEOPPLYSNINGER_LEGE",
    words="Helseopplysninger til lege",
    title="Helseopplysninger til lege",
    task="doctor-information",
    versions=VERSIONS,
    # Three days, HISD 80806 chapter 6.
    answer_within_h=72,
)
