"""What the Communication of a message that is sent from here is called in the record."""

import uuid

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://akson.no/exchange/sent")


def communication_id(tenant: int, sender: str, msg_id: str) -> str:
    """Follows from the message, so that sending twice by a slow browser is sending once."""
    return str(uuid.uuid5(_NAMESPACE, f"{tenant}|{sender}|{msg_id.lower()}"))
