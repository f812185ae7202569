"""The strength in a product's full name: `Cosylan Mikst 1,7 mg/ml` → ("1,7", "mg", "ml"), and the name without it."""

import re

Strength = tuple[str, str, str]
"""(number, unit, per what); "" for what is not said."""
UNSAID: Strength = ("", "", "")
_STRENGTH = re.compile(
    r"(?<![\w,./])(\d+(?:[.,]\d+)?)\s*(mg|g|mikrogram|mikrog|µg|mcg|IE|mmol)(?:\s*/\s*(ml|dose|time|g))?(?![\w/])",
    re.I,
)


def strength_in(name: str) -> Strength:
    """UNSAID for a name with none or several: a combination's strengths belong to substances that it does not tell apart."""
    found = _STRENGTH.findall(name)
    return found[0] if len(found) == 1 else UNSAID


def bare(name: str, form: str) -> str:
    """The name without its one strength and without the form, both of which are told beside it."""
    words = " ".join(_STRENGTH.sub(" ", name).split())
    without = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", " ", words, flags=re.I) if form else words
    return " ".join(without.split()).strip(" ,") or words or name
