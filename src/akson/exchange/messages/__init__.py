"""The message types the post takes, one folder each, alphabetical. They do not know each other."""

from akson.exchange.message_type import MessageType
from akson.exchange.messages import admission, discharge

MESSAGE_TYPES: tuple[MessageType, ...] = (
    admission.MESSAGE,
    discharge.MESSAGE,
)
BY_CODE: dict[str, MessageType] = {message.code: message for message in MESSAGE_TYPES}
