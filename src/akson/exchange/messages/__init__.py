"""The message types the post takes, one folder each, alphabetical. They do not know each other."""

from akson.exchange.message_type import MessageType
from akson.exchange.messages import (
    absence,
    admission,
    admission_report,
    death,
    dialogue,
    discharge,
    discharge_letter,
    discharge_report,
    health_information,
    information_to_doctor,
    medical_information,
    not_ready,
    prescription,
    ready_for_discharge,
    record_extract,
    referral,
    referral_letter,
    service_notice,
    test_result,
)

MESSAGE_TYPES: tuple[MessageType, ...] = (
    absence.MESSAGE,
    admission.MESSAGE,
    admission_report.MESSAGE,
    death.MESSAGE,
    *dialogue.MESSAGES,
    discharge.MESSAGE,
    discharge_letter.MESSAGE,
    discharge_report.MESSAGE,
    health_information.MESSAGE,
    information_to_doctor.MESSAGE,
    medical_information.MESSAGE,
    not_ready.MESSAGE,
    *prescription.MESSAGES,
    ready_for_discharge.MESSAGE,
    record_extract.MESSAGE,
    *referral.MESSAGES,
    referral_letter.MESSAGE,
    service_notice.MESSAGE,
    *test_result.MESSAGES,
)
BY_CODE: dict[str, MessageType] = {message.code: message for message in MESSAGE_TYPES}
