"""A dose as it is said to one who takes it: «1 om morgenen, 1 om kvelden» for `1 + 0 + 1 + 0`."""

import re

_AMOUNT = r"\s*([\d,½¼¾/-]+)\s*"
_SLOTS = re.compile(rf"^{_AMOUNT}\+{_AMOUNT}\+{_AMOUNT}(?:\+{_AMOUNT})?$")
_TIMES = ("om morgenen", "midt på dagen", "om kvelden", "til natten")


def plain_dose(text: str) -> str:
    """Slots of the day in words; any other text as it is written."""
    found = _SLOTS.match(text)
    if not found:
        return text
    told = [
        f"{amount} {time}"
        for amount, time in zip(found.groups(), _TIMES, strict=True)
        if amount and amount != "0"
    ]
    return ", ".join(told) or text
